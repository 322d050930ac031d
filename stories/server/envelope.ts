/** One message of the protocol: what it is about, the parameters echoed back, and the business data. */
export interface Envelope {
  type: string
  params: unknown
  response: unknown
}

/** A place in a channel's log. `epoch` names one life of the log; `seq` counts from 1 within it. */
export interface Cursor {
  epoch: string
  seq: number
}

/** An envelope as the log keeps it. */
export interface Entry extends Envelope, Cursor {}

/** A reply to a request, which `re` names by its `id` if it has one. */
export interface ReplyEnvelope extends Envelope {
  re?: string | number
}

/** An error reply to a request: there is no `response`, and `error.message` says what to do. */
export interface ErrorReply {
  type: string
  params: unknown
  error: { code: string; message: string }
  re?: string | number
}

/** The same string for equal `(type, params)`, whatever the order of the members. */
export function keyOf(type: string, params: unknown): string {
  return JSON.stringify([type, params ?? null], (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value,
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
