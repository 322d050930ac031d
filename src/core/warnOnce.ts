import { withLink } from './advice.ts'
import { ConfigurationError } from './errors.ts'
import type { ConnectionEvent } from './events.ts'
import { nameOf, type Place } from './located.ts'

// Bundlers replace the whole expression `process.env.NODE_ENV`. Any other form, such as a check for
// `process`, would be false in a Vite app. Outside a bundler a browser has no `process`; that throws and
// counts as production.
declare const process: { env: { NODE_ENV?: string } }

/** A server that invents types must not fill the console or the memory. */
const MAX_WARNINGS = 100

/**
 * Warns in the console, in development only, once per `subject`; `warned` remembers the subjects. Pass the
 * text as a function, so that production builds drop it. It must not contain a token, a query string or
 * message content.
 */
export function warnOnce(warned: Set<string>, subject: string, text: () => string): void {
  try {
    if (process.env.NODE_ENV !== 'production') warn(warned, subject, text())
  } catch {
    // There is no `process`.
  }
}

/**
 * Warns the developer about an event, in development only, once per kind and message type. `place` names
 * the connection.
 */
export function warnOfEvent(event: ConnectionEvent, warned: Set<string>, place: Place): void {
  try {
    if (process.env.NODE_ENV !== 'production') warnOf(event, warned, place)
  } catch {
    // There is no `process`.
  }
}

interface WarnedEvent {
  kind: string
  type?: string
  reason?: string
  hasError?: boolean
  key?: readonly unknown[]
}

function warnOf(event: ConnectionEvent, warned: Set<string>, place: Place): void {
  const text = textOf(event)
  const { kind, type = '', reason = '', hasError = '', key } = event as WarnedEvent
  if (text === undefined) return
  const subject = `${kind} ${reason} ${String(hasError)} ${type}${key ? typeOf(key) : ''}`
  warn(warned, subject, `${nameOf(place)}: ${text}`)
}

function warn(warned: Set<string>, subject: string, text: string): void {
  if (warned.has(subject) || warned.size >= MAX_WARNINGS) return
  warned.add(subject)
  console.warn(`react-query-realtime: ${withLink(text, 'warnings')}`)
}

/** The message type of a key. The rest of it may hold data. */
const typeOf = (key: readonly unknown[]) => (typeof key[0] === 'string' ? key[0] : '')

function textOf(event: ConnectionEvent): string | undefined {
  switch (event.kind) {
    case 'unknown-type':
      if (event.hasError)
        return `a message of type "${event.type}" had an "error" but replied to no request, and there is no "on.error".`
      return `no handler, schema or query for messages of type "${event.type}".`
    case 'bad-message':
      return badMessageText(event)
    case 'handler-error':
      return `the function for "${event.type}" ${howItFailed(event.error)} The "handler-error" event of onEvent has the error.`
    case 'queue-overflow':
      return 'the send queue is full, so send() returned false. See queue.limit.'
    case 'outdated-response':
      return `responses for "${typeOf(event.key)}" keep being older than the cached data, by their version or position. Both must keep growing, even after a restart of the server.`
    default:
      return undefined
  }
}

function badMessageText({ reason, type }: ConnectionEvent & { kind: 'bad-message' }): string {
  if (reason === 'too-large') return 'dropped a message that is larger than maxMessageBytes.'
  if (reason === 'promise')
    return 'dropped a message because "parse" returned a promise. It must be synchronous: do not make it async.'
  if (reason === 'unreadable')
    return 'dropped a message that could not be read. Is it JSON, or does "parse" throw?'
  return `dropped a message of type "${type ?? ''}" that does not match its schema in "messages".`
}

/** An error's text may quote a message, so it is left out unless the error is our own. */
function howItFailed(error: unknown): string {
  if (error instanceof ConfigurationError) return `failed: ${withoutLink(error.message)}`
  return `threw ${error instanceof Error ? error.name : 'something that is not an Error'}.`
}

/** The warning has a link of its own. */
const withoutLink = (message: string) => message.replace(/ See http\S+$/, '')
