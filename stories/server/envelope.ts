/** One message of the protocol: its type, the echoed parameters and the data. */
export interface Envelope {
  type: string
  params: unknown
  response: unknown
}

/** A position in a channel's log. `epoch` identifies one life of the log; `seq` counts from 1 within it. */
export interface Cursor {
  epoch: string
  seq: number
}

/** An envelope in the log. */
export interface Entry extends Envelope, Cursor {}

/** A reply to a request. `re` is the `id` of the request, if it has one. */
export interface ReplyEnvelope extends Envelope {
  re?: string | number
}

/** An error reply to a request: no `response`, and `error.message` says how to fix it. */
export interface ErrorReply {
  type: string
  params: unknown
  error: { code: string; message: string }
  re?: string | number
}

/** The same string for equal `(type, params)`, regardless of the order of members. */
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
