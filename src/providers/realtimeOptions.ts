import type { AttachToken, Reauthenticate } from '../core/attachToken.ts'
import type { Message } from '../core/envelope.ts'
import type { RealtimeEvent } from '../core/events.ts'
import type { ReconnectTimes } from '../core/connectionState.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import { assertNumbers } from '../core/numberOptions.ts'
import { assertOrigins } from '../core/requestUrl.ts'
import type { GetToken } from '../core/tokenAuthority.ts'
import type { FetchLike } from '../core/transport.ts'
import type { Gap, ReconnectOptions } from './connectionOptions.ts'

/** How an open socket is watched; times in ms. */
export interface HeartbeatOptions {
  /** Between two heartbeats. Default 25,000. */
  interval?: number
  /** How long one may stay without any sign of life. Default 10,000. */
  timeout?: number
  /** What is sent: strings and binary as they are, anything else through `serialize`. Default `{ type: 'heartbeat' }`. */
  message?: unknown
  /**
   * Whether a message answers a heartbeat; it is then not dispatched. Text that `parse` cannot read comes as the `response`.
   * Default: it has the `type` of `message`; where that is plain text, it is the same text, or `pong` for `ping`.
   */
  isReply?: (message: Message) => boolean
}

/** A gap that is going to be fetched. `outage`: how long the connection was lost, 0 if it was not (ms). */
export interface GapAfterOutage extends Gap {
  outage: number
}

/** The options of `RealtimeProvider`. */
export interface RealtimeOptions {
  /** Relative URLs resolve against it, and it against the page's URL. Default: the page's URL. */
  baseUrl?: string | undefined
  /** Asked for a token at each attempt. `null` means anonymous. Throw `UnauthorizedError` to stop. */
  getToken?: GetToken | undefined
  /** Default: `tokenInQuery('token')` for sockets, `tokenInHeader()` for all else. */
  attachToken?: AttachToken | undefined
  /** Origins that a token may be sent to. Default: those of `baseUrl` and of the page. */
  trustedOrigins?: readonly string[] | undefined
  /**
   * Origins that a token may be sent to without encryption (`http:`, `ws:`), beside this machine's own: a development
   * network. They must be trusted, too. Default: none.
   */
  insecureOrigins?: readonly string[] | undefined
  /**
   * For sockets: builds the message that brings a fresh token over the open socket shortly before the one it has ends,
   * so that it stays open. Needs a token whose life is known, see `IssuedToken`. Default: none.
   */
  reauthenticate?: Reauthenticate | undefined
  /** For sockets; `true` for the defaults. Default `false`. */
  heartbeat?: boolean | HeartbeatOptions | undefined
  reconnect?: ReconnectOptions | undefined
  /**
   * Over how long many clients spread the refetches of a gap (ms), so that they do not all fetch at the same time. Each
   * client waits for a random share of it. Default: half the outage, between 1,000 and 5,000.
   */
  gapSpread?: number | ((gap: GapAfterOutage) => number) | undefined
  /** The time a connection outlives its last user (ms). Default 1,000. */
  closeDelay?: number | undefined
  /** Told of every change of status, retry, gap and bad message. There is no token in any of it. */
  onEvent?: ((event: RealtimeEvent) => void) | undefined
  /** Larger messages are dropped and reported (bytes). Default 1 MiB. */
  maxMessageBytes?: number | undefined
  /**
   * How many queries the messages of one connection may create. Past it, the oldest that no component reads are dropped
   * from the cache. Default 10,000.
   */
  maxQueries?: number | undefined
  /** Default: the global one, read when called. */
  webSocket?: WebSocketConstructor | undefined
  /** Default: the global one, read when called. */
  fetch?: FetchLike | undefined
}

/** Throws a `ConfigurationError` for options that cannot work, whatever is connected. */
export function assertRealtimeOptions(options: RealtimeOptions): void {
  assertNumbers(options)
  assertOrigins('trustedOrigins', options.trustedOrigins)
  assertOrigins('insecureOrigins', options.insecureOrigins)
}

/** Full jitter from 1 s to 20 s, without end; times in ms. */
export const DEFAULT_RECONNECT: ReconnectTimes = {
  minDelay: 1_000,
  maxDelay: 20_000,
  factor: 2,
  maxRetries: Infinity,
  stableAfter: 5_000,
  connectTimeout: 10_000,
}

export const DEFAULT_CLOSE_DELAY = 1_000
export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_576
export const DEFAULT_MAX_QUERIES = 10_000
