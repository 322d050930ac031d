import { ConfigurationError } from './errors.ts'
import { refusePromise } from './refusePromise.ts'

/**
 * Calls the application's `build` for a first message. `part` names it in errors, which never quote what was
 * thrown.
 */
export function buildFirstMessage(part: string, build: () => unknown): unknown {
  let message: unknown
  try {
    message = build()
  } catch {
    // What it threw may quote the token.
    throw new ConfigurationError(`The function given to ${part} threw. Call it in your own code to see what.`)
  }
  refusePromise(message, `The function given to ${part}`)
  if (message !== undefined) return message
  throw new ConfigurationError(`The function given to ${part} returned nothing. It must return the message.`)
}
