import type { Clock } from './clock.ts'
import type { Failure } from './failure.ts'

/** What goes over a socket as it is. */
export type BinaryData = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob
export type SocketData = string | BinaryData

/** What one attempt sends; `attachToken` and a recovery's `attach` take it and give it back changed. */
export interface TransportRequest {
  url: string
  headers: Record<string, string>
  protocols: string[]
  /** Sent as soon as a socket is open, before anything that waits in its queue. Strings and binary go as they are, anything else through `serialize`. */
  firstMessage?: unknown
  /** HTTP only; default `'follow'`. `'error'`: a header of it must not reach the place of a redirect. */
  redirect?: 'follow' | 'error'
}

/** The request of one attempt. `again` makes it anew, with the current URL and token; it never rejects. */
export interface AttemptRequest extends TransportRequest {
  again(): Promise<AttemptRequest>
}

/** Where an attempt reports. After `failed`, and after `close()` of the attempt, it reports nothing more. */
export interface TransportSink {
  /** `resumed`: this attempt carried a cursor and the server took it (unless it says otherwise in a message). */
  opened(info: { resumed: boolean }): void
  /**
   * One frame, one event's data or one body. `type` is the event name where the transport has one.
   * `false`: it could not be parsed, so a cursor that came with it must not be taken.
   */
  message(data: unknown, meta: MessageMeta): boolean
  /** Something was heard that is no message: a comment, an empty answer. */
  alive(): void
  /** A message of more than `maxMessageBytes` was dropped unread. */
  oversized(bytes: number): void
  /** The server asks that no retry comes sooner (ms; SSE `retry:`). */
  retryFloor(delay: number): void
  /** The server answered a request without its position. What came since that position may be missed. */
  cursorLost(): void
  failed(failure: Failure): void
}

/** What a transport knows about a message beside its data. */
export interface MessageMeta {
  type?: string | undefined
  /** The event's own id; an event without one has none, though the cursor stays. */
  id?: string | undefined
  /** Of the HTTP response that brought it. Long polls and `usePolling` only. */
  status?: number | undefined
  headers?: Headers | undefined
}

/** One attempt that is under way. */
export interface Attempt {
  /** Sockets only: hands data to the network; `false` where it cannot. */
  send?(data: SocketData): boolean
  /** Gives it up at once, without waiting for the other side; nothing it still emits reaches the sink. */
  close(): void
}

/** A transport: opens attempts, one at a time. It may keep a cursor between them. */
export interface Transport {
  open(request: AttemptRequest, sink: TransportSink): Attempt
  /** Adds the transport's own position, and what else it always sends, to the request of an attempt. */
  attachCursor?(request: TransportRequest): TransportRequest
  /** The position to resume from, as the server named it; `undefined` where there is none. */
  cursor?(): unknown
  dropCursor?(): void
  /** Ends it for good; no attempt is under way any more. */
  dispose(): void
}

/** `fetch`, as far as it is called here. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

/** What a transport is given from outside. */
export interface TransportEnvironment {
  clock: Clock
  /** Gives `fetch`; called at each request, so that a later replacement is used. */
  fetch(): FetchLike
  /** In bytes. */
  maxMessageBytes: number
}
