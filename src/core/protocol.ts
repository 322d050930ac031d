import type { Message, Cursor, SocketData } from './envelope.ts'

/**
 * A server's own protocol: translates its frames into messages, and back. It is called each time the connection
 * opens, so everything that a session remembers ends with the connection.
 *
 * ```ts
 * const protocol: Protocol = link => ({
 *   parse: data => JSON.parse(String(data)),
 *   serialize: ({ kind, type, params, id }) => JSON.stringify({ op: kind, channel: type, params, id }),
 * })
 * ```
 */
export type Protocol = (link: ProtocolLink) => ProtocolSession

/** What a session may do with its connection. After the connection is lost, all of it does nothing. */
export interface ProtocolLink extends Handshake {
  /** Sends at once, before everything that waits: a greeting, a pong, an acknowledgement. */
  send(data: SocketData): undefined
}

/** What protocols and sources have in common. Its functions return `undefined`, so that `parse` may return what they return. */
export interface Handshake {
  /** From `getToken`; `null` without a token. */
  readonly token: string | null
  /** The position to resume from, with `recovery`. */
  readonly cursor: Cursor | undefined
  /**
   * The handshake is done and the connection `open`: subscriptions go out first, then everything that waits.
   * `resumed`: the server continues at `cursor`.
   */
  ready(info?: { resumed?: boolean }): undefined
  /** Fails, as if the WebSocket had closed with this code: 4401 fetches a fresh token, 4403 is permanent. */
  fail(code: number): undefined
  /**
   * Sets the rhythm of heartbeats (ms). `interval` sends a heartbeat every `interval` ms, each once the one before has had a sign
   * of life; without one within `timeout` (default: the same as `interval`), the connection is lost. `silence` instead of
   * `timeout` is for heartbeats in one direction: they are sent at every interval, and the connection is lost after so
   * many ms without a sign of life. `silence` alone sends nothing, for servers that send the pings.
   */
  heartbeat(options: RequestedRhythm): undefined
}

/** When to send heartbeats, and when a connection is lost; times in ms. */
export type RequestedRhythm =
  | { interval: number; timeout?: number; silence?: undefined }
  | { interval?: number; timeout?: undefined; silence: number }

/** One opening of a connection that has a protocol. */
export interface ProtocolSession {
  /** Called when the WebSocket is open. If it exists, the connection is `connecting` until `link.ready()`. */
  greet?(): void
  /** Returns what a frame contains; `undefined` for nothing. A message is dropped if this throws. */
  parse(data: unknown): Incoming | readonly Incoming[] | undefined
  /** Called when the frame is sent, not when it is queued. */
  serialize(out: Outgoing): SocketData
  /** Writes the subscribes, or the unsubscribes, of one task. Default: `serialize` for each. */
  batch?(out: readonly Outgoing[]): readonly SocketData[]
}

/** What a connection sends. */
export interface Outgoing {
  kind: 'request' | 'subscribe' | 'unsubscribe' | 'heartbeat' | 'send'
  /** Empty for a `send` or a `heartbeat` whose data has none. */
  type: string
  params: unknown
  /** Counts from 1 at each opening. */
  id: number
  /** Of a `send` or a `heartbeat`: the value given to `send`, or `heartbeat.message`. */
  data?: unknown
  /** Of a `subscribe`: the position to continue from, with `recovery.perSubscription`. */
  cursor?: Cursor | undefined
  /** Of an `unsubscribe`: the `id` of its subscribe, and the server's name for it. */
  of?: { id: number; as?: string | number | undefined } | undefined
}

/**
 * What a server says: a message with a `type`, or something about what was sent. `re` is the `id` that it was sent
 * with, or the server's name for it. If both could be meant, a number is the id, and text is the name. What is about
 * nothing known is dropped.
 */
export type Incoming = (Partial<Message> & { type: string }) | IncomingReply

/** What a server says about a request or a subscription. */
export interface IncomingReply {
  type?: undefined
  re: string | number
  response?: unknown
  /** Why it was refused. */
  error?: unknown
  /** The server's name for the subscription. Later messages may use it as their `re`. */
  as?: string | number | undefined
  /** The subscription has ended. */
  isLast?: boolean | undefined
  /** Its position, for `recovery.cursor`. */
  id?: string | undefined
  epoch?: string | number | undefined
  seq?: number | undefined
}

/** What a source may do with its connection. */
export interface SourceLink extends Handshake {
  receive(incoming: Incoming | readonly Incoming[]): void
}

/** One opening of a source. */
export interface SourceHandle {
  /** Without it, the source only receives. */
  send?(out: Outgoing): void
  close(): void
}
