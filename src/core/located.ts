import { RealtimeError } from './errors.ts'
import type { UrlSource } from './request.ts'

// See warnOnce.ts for why this form, and why it may throw.
declare const process: { env: { NODE_ENV?: string } }

/** Errors for which the path is no help. */
const ANY_ORIGIN = 'http://localhost'

/** What an error or a warning is about. */
export interface Place {
  url: UrlSource
  baseUrl?: string | undefined
  /** Names a connection whose URL is not known. */
  id?: string
}

/**
 * Adds the path of the URL to an error's message, in development only. Errors of other libraries are unchanged. All errors that
 * the application gets from a connection or a poll pass through here.
 */
export function located<Thrown>(thrown: Thrown, place: Place): Thrown {
  try {
    if (process.env.NODE_ENV !== 'production' && thrown instanceof RealtimeError)
      locate(thrown, nameOf(place))
  } catch {
    // There is no `process`.
  }
  return thrown
}

function locate(error: RealtimeError, name: string): void {
  const { message } = error
  if (message.startsWith(name)) return
  const full = `${name}: ${message}`
  // V8 copies the message into the stack, which consoles print.
  Object.assign(error, { message: full, stack: error.stack?.replace(message, () => full) })
}

/** The path of the URL; the `id` if a function returns the URL or it is not valid. */
export function nameOf({ url, baseUrl, id = '' }: Place): string {
  try {
    if (!url || typeof url === 'function') return id
    return new URL(url, new URL(baseUrl ?? '', ANY_ORIGIN)).pathname
  } catch {
    return id
  }
}
