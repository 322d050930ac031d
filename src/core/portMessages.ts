import type { SocketData } from './envelope.ts'
import type { Failure } from './failure.ts'

/** Changes with every change of the messages: a page does not talk to a worker of another version. */
export const PORT_VERSION = 1

/** The part of a `MessagePort` that is used here. */
export interface PortLike {
  postMessage(message: unknown): void
  onmessage: ((event: never) => void) | null
}

/** The part of a `LockManager` that is used here. */
export interface LocksLike {
  request(name: string, callback: () => Promise<void> | void): Promise<unknown>
}

/** A place in the frames of one connection in the worker. It means nothing to another worker. */
export interface FramePosition {
  /** The worker. */
  hub: string
  /** Which of its openings. */
  opening: number
  /** The number of the last frame. */
  frame: number
}

/** What opens a connection. It may contain a token, so it is passed to no other page. */
export type SharedRequest =
  | {
      kind: 'socket'
      url: string
      protocols: string[]
      binaryType: 'blob' | 'arraybuffer' | undefined
      /** Sent as soon as the socket is open. */
      firstMessage: SocketData | undefined
    }
  | { kind: 'fetch'; url: string; init: RequestInit; framing: Framing }

/**
 * Where a body may be split, so that a page can join: between `events`, between `lines`, or anywhere, because no page joins a
 * response that has begun (`none`).
 */
export type Framing = 'events' | 'lines' | 'none'

/** When the worker sends heartbeats (ms), and what. */
export interface SharedHeartbeat {
  interval: number
  timeout: number
  /** As in `HeartbeatPlan`. */
  silence?: number | undefined
  message: SocketData
}

/** From a page to the worker. `attempt` is the page's number for one use of a connection. */
export type PageMessage =
  /** The page holds this lock for as long as it uses connections. */
  | { kind: 'join'; lock: string }
  /**
   * `at`: the last frame that it had. `cursor`: where its request continues the stream, hashed. `needsToken`: the request is
   * without its token, which the server has refused, so it cannot be sent.
   */
  | {
      kind: 'open'
      attempt: number
      key: string
      request: SharedRequest
      needsToken: boolean
      at: FramePosition | undefined
      cursor: string | undefined
      isSlow: boolean
    }
  /** The page was elected: its request with a fresh token. */
  | { kind: 'request'; attempt: number; request: SharedRequest }
  | { kind: 'send'; attempt: number; data: SocketData }
  | { kind: 'subscribe'; attempt: number; key: string; frames: SubscriptionFrames }
  | { kind: 'unsubscribe'; attempt: number; key: string }
  | { kind: 'watch'; attempt: number; heartbeat: SharedHeartbeat | undefined }
  /** The page is hidden, or visible again. */
  | { kind: 'pace'; attempt: number; isSlow: boolean }
  /** Check the heartbeat now. */
  | { kind: 'check'; attempt: number }
  /** The last batch was handled. */
  | { kind: 'taken'; attempt: number }
  /** `foundDead`: because too little came. */
  | { kind: 'close'; attempt: number; foundDead: boolean }
  | { kind: 'ping' }

/** What tells the server that a key is wanted, and that it is not. */
export interface SubscriptionFrames {
  subscribe: SocketData
  unsubscribe: SocketData
}

/** The beginning of a response. */
export interface ResponseHead {
  status: number
  headers: [string, string][]
}

/** How a page has got its connection. */
export interface OpenedMessage {
  kind: 'opened'
  attempt: number
  /** The frame before those that follow. */
  at: FramePosition
  /** Its request has opened the connection. */
  isOwner: boolean
  /** It does not get the frames from the beginning. */
  isJoined: boolean
  /** All frames after its own position follow. */
  isResumed: boolean
  isForeign: boolean
  head: ResponseHead | undefined
}

/** From the worker to a page. */
export type AttemptMessage =
  | OpenedMessage
  | { kind: 'frames'; attempt: number; frames: unknown[] }
  /** No page has opened the connection: this one shall get a fresh token for that. */
  | { kind: 'elected'; attempt: number }
  /** A heartbeat was answered after so long (ms). */
  | { kind: 'pulse'; attempt: number; latency: number }
  /** The page that was the owner has gone. */
  | { kind: 'owner'; attempt: number }
  /** The connection has ended. `refused`: the WebSocket class threw. */
  | { kind: 'closed'; attempt: number; failure: Failure | { kind: 'refused' }; isForeign: boolean }

/** From the worker to a page. */
export type WorkerMessage =
  /** The first message, once the worker holds `lock`. A second one comes from a worker that has started over. */
  { kind: 'hello'; version: number; hub: string; lock: string } | { kind: 'pong' } | AttemptMessage
