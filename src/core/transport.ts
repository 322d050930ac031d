import type { MessageMeta, ResponseMeta, SocketData, Cursor } from './envelope.ts'
import type { Clock } from './platform.ts'
import type { Failure } from './failure.ts'
import type { SharedHeartbeat, SubscriptionFrames } from './portMessages.ts'
import type { Outgoing } from './protocol.ts'

/** What one attempt sends. `attachToken` and a recovery's `attach` receive it and return it changed. */
export interface TransportRequest {
  url: string
  headers: Record<string, string>
  protocols: string[]
  /**
   * Sent as soon as a socket is open, before anything queued. Strings and binary data are sent as they are;
   * anything else goes through `serialize`.
   */
  firstMessage?: unknown
  /** HTTP only; default `'follow'`. `'error'`: a redirect must not receive one of the headers. */
  redirect?: 'follow' | 'error'
}

/**
 * The request of one attempt. `rebuild` builds it again with the current URL and token; it never rejects. `needsToken`: the
 * server has refused the token, so the request has none and may only join a connection that another page opens. `authorize`
 * builds it with a fresh token.
 */
export interface AttemptRequest extends TransportRequest {
  /** For transports that send it in a way of their own. */
  token: string | null
  /** The position to resume from. */
  cursor: Cursor | undefined
  needsToken: boolean
  rebuild(): Promise<AttemptRequest>
  authorize(): Promise<AttemptRequest>
}

/** Heartbeats that a protocol requests; times in ms. */
export interface RequestedHeartbeat {
  interval: number
  timeout: number
  /** Silence for so long ends the connection, whether or not anything was sent. */
  silence: number | undefined
  /** Without it, nothing is sent. */
  sendsPings: boolean
}

/** Receives what an attempt reports. After `onFailure`, and after the handle's `close()`, nothing more is reported. */
export interface TransportSink {
  /**
   * `resumed`: this attempt carried the transport's own cursor, not that of `recovery`, and the server accepted it
   * (unless a message says otherwise). `isJoined`: another page has opened the connection, and this one does
   * not get earlier messages: `resumed` says whether it missed any.
   */
  onOpen(info: OpenInfo): void
  /**
   * One frame, one event's data or one body. `type` is the event name, if the transport has one. Returns
   * `false` if it could not be parsed: a cursor that came with it must not be used.
   */
  onMessage(data: unknown, meta: MessageMeta): boolean
  /** What a transport with a protocol has read: `Incoming`, an array of it, or nothing. Throws if it was unreadable. */
  onIncoming(read: () => unknown): void
  /** Something arrived that is not a message: an accepted handshake, the head of a response, a comment. */
  onActivity(): void
  /** A protocol sets the rhythm of heartbeats. */
  onHeartbeat(requested: RequestedHeartbeat): void
  /** A message of more than `maxMessageBytes` was dropped unread. */
  onOversized(): void
  /** The server requests that no retry comes sooner (ms; SSE `retry:`). */
  onRetryFloor(delay: number): void
  /** The server responded to a request without its position. Updates since that position may be missed. */
  onCursorLost(): void
  /**
   * A response that the transport would accept, or that is no error, before its body is read. Returns `false` if the application
   * rejected it: the attempt is then over.
   */
  onAnswer(answer: Answer): boolean
  onFailure(failure: Failure): void
  /** The page that sent the token of a shared connection has closed. This page renews the token from now on. */
  onOwner(): void
}

/** How an attempt opened. */
export interface OpenInfo {
  resumed: boolean
  isJoined?: boolean
}

/** A sink that forwards every call. */
export function forwardTo(sink: TransportSink): TransportSink {
  return {
    onOpen: info => sink.onOpen(info),
    onMessage: (data, meta) => sink.onMessage(data, meta),
    onIncoming: read => sink.onIncoming(read),
    onActivity: () => sink.onActivity(),
    onHeartbeat: times => sink.onHeartbeat(times),
    onOversized: () => sink.onOversized(),
    onRetryFloor: delay => sink.onRetryFloor(delay),
    onCursorLost: () => sink.onCursorLost(),
    onAnswer: answer => sink.onAnswer(answer),
    onFailure: failure => sink.onFailure(failure),
    onOwner: () => sink.onOwner(),
  }
}

/** A response whose body is unread. */
export interface Answer extends ResponseMeta {
  /** In ms. */
  retryAfter: number | undefined
}

/** An attempt in progress, as its transport handles it. */
export interface TransportHandle {
  /** Sockets only: hands data to the network. Returns `false` if it cannot. */
  send?(data: SocketData): boolean
  /** With a protocol: writes and sends. Returns `false` if it cannot. Throws what the protocol throws. */
  write?(out: Outgoing): boolean
  /** The same for several of one kind, if the protocol has a form for that. If it throws, nothing was sent. */
  readonly writeBatch?: ((out: readonly Outgoing[]) => boolean) | undefined
  /** What only the worker can do. Set on shared connections. */
  readonly shared?: SharedHandle | undefined
  /** HTTP only: the request may not be sent again automatically, because the server has accepted it. */
  readonly isSpent?: boolean
  /**
   * Ends the attempt at once, without waiting for the server. Nothing it still emits reaches the sink. `foundDead`: it received
   * too little data.
   */
  close(foundDead?: boolean): void
}

/** An attempt in progress whose connection is shared by several pages. */
export interface SharedHandle {
  /** Whether this page sent the token, so it also renews it. */
  readonly isOwner: boolean
  /** The round trip of the last heartbeat (ms). */
  readonly latency: number | undefined
  /** Makes the worker send the heartbeats. */
  watch(heartbeat: SharedHeartbeat | undefined): void
  checkNow(): void
  /** Calls back after `delay` (ms), also in a hidden page, whose own timers are late. Only the last call counts. */
  wake(delay: number, call: () => void): void
  /** Subscribes to a key unless another page already has. Without `frames`, unsubscribes this page. */
  subscribe(key: string, frames: SubscriptionFrames | undefined): boolean
}

/** What a transport can do. The texts of `request.ts` and `failure.ts` take one that is bidirectional for a WebSocket. */
export interface TransportCapabilities {
  /** The scheme of its URLs without encryption; `undefined` if it has no URL. */
  readonly urlScheme: 'http' | 'ws' | undefined
  /** Whether its requests carry headers. */
  readonly sendsHeaders: boolean
  /** Whether the client can send over an open connection. If so, it may offer subprotocols and send a first message. */
  readonly isBidirectional: boolean
}

/** The capabilities of every transport over HTTP. */
export const HTTP: TransportCapabilities = { urlScheme: 'http', sendsHeaders: true, isBidirectional: false }

/** Opens attempts, one at a time. A transport may keep a cursor between them. */
export interface Transport {
  open(request: AttemptRequest, sink: TransportSink): TransportHandle
  /** Adds the transport's own position, and anything else it always sends, to a request. */
  attachCursor?(request: TransportRequest): TransportRequest
  /** The position to resume from, as the server named it; `undefined` if there is none. */
  cursor?(): unknown
  dropCursor?(): void
  /** Whether an attempt may join a connection that another page opens. It then needs no token of its own. */
  mayJoin?(): boolean
}

/** The part of `fetch` that is used here. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

/** What a transport is given from outside. */
export interface TransportEnvironment {
  clock: Clock
  /** Returns `fetch`. Called at each request, so that a later replacement is used. */
  fetch(): FetchLike
  /** In bytes. */
  maxMessageBytes: number
}
