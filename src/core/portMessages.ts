import type { SocketData } from './envelope.ts'
import type { Failure } from './failure.ts'

/** Change it whenever the messages change: a page does not use a worker of another version. */
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

/** A position in the frames of one connection in the worker. It is meaningless to another worker. */
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
 * Where a page can join a response: between `events`, between `lines`, or nowhere (`none`), so that its body may be split
 * anywhere.
 */
export type Framing = 'events' | 'lines' | 'none'

/** The heartbeats that the worker sends, with times in ms. */
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
   * `at`: the last frame that the page has. `cursor`: the hash of the position from which its request resumes. `needsToken`: the
   * server has refused the page's token, so the request has none and cannot be sent.
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
  /** Send `wake` after `delay` (ms). */
  | { kind: 'wake'; attempt: number; delay: number }
  /** The last batch was handled. */
  | { kind: 'taken'; attempt: number }
  /** `foundDead`: the page received too little data. */
  | { kind: 'close'; attempt: number; foundDead: boolean }
  | { kind: 'ping' }

/** The frames that subscribe to a key and unsubscribe from it. */
export interface SubscriptionFrames {
  subscribe: SocketData
  unsubscribe: SocketData
}

/** The beginning of a response. */
export interface ResponseHead {
  status: number
  headers: [string, string][]
}

/** How a page got its connection. */
export interface OpenedMessage {
  kind: 'opened'
  attempt: number
  /** The frame before those that follow. */
  at: FramePosition
  /** Its request has opened the connection. */
  isOwner: boolean
  /** The page does not get the frames from the beginning. */
  isJoined: boolean
  /** All frames after the page's own position follow. */
  isResumed: boolean
  head: ResponseHead | undefined
}

/** From the worker to a page. */
export type AttemptMessage =
  | OpenedMessage
  | { kind: 'frames'; attempt: number; frames: unknown[] }
  /** No page has opened the connection. This one must get a fresh token and open it. */
  | { kind: 'elected'; attempt: number }
  /** The server replied to a heartbeat after `latency` ms. */
  | { kind: 'pulse'; attempt: number; latency: number }
  | { kind: 'wake'; attempt: number }
  /** The page that was the owner has gone. */
  | { kind: 'owner'; attempt: number }
  /** The connection has ended. `refused`: the WebSocket class threw. */
  | { kind: 'closed'; attempt: number; failure: Failure | { kind: 'refused' }; isForeign: boolean }

/** The policy of the worker has refused a connection. */
export interface BlockedMessage {
  kind: 'blocked'
}

/** From the worker to a page. */
export type WorkerMessage =
  /** The first message, once the worker holds `lock`. A second one means that the worker has restarted. */
  | { kind: 'hello'; version: number; hub: string; lock: string }
  | { kind: 'pong' }
  | BlockedMessage
  | AttemptMessage
