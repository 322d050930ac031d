import type { AttachToken, GetToken, Reauthenticate } from '../core/tokens.ts'
import type { Message, Parse } from '../core/envelope.ts'
import type { GapCause, RealtimeEvent } from '../core/events.ts'
import type { Expects } from '../core/expectedMessages.ts'
import type { ReconnectTimes } from '../core/connectionState.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { UrlSource } from '../core/request.ts'
import type { FetchLike } from '../core/transport.ts'
import type { QueryKey } from '@tanstack/react-query'
import type { MessageHandlers, MessageListener } from '../cache/messageTypes.ts'
import type { LiveQuery } from '../cache/liveQueries.ts'
import type { Failure, FailureAction } from '../core/failure.ts'
import type { Recovery } from '../core/streamPosition.ts'
import type { ShareOptions } from './connectionSharing.ts'

/** How an open socket is watched; times in ms. */
export interface HeartbeatOptions {
  /** The time between two heartbeats. Default 25,000. */
  interval?: number
  /** How long a heartbeat may go without any sign of life. Default 10,000. */
  timeout?: number
  /**
   * What is sent. Strings and binary data are sent as they are, anything else through `serialize`. Default
   * `{ type: 'heartbeat' }`.
   */
  message?: unknown
  /**
   * Whether a message replies to a heartbeat. If so, it is not dispatched. Text that `parse` cannot read is
   * passed as the `response`. Default: the message has the same `type` as the heartbeat. For a plain text
   * heartbeat: the same text, or `pong` for `ping`.
   */
  isReply?: (message: Message) => boolean
}

/** A gap whose queries are about to be refetched. `outage`: how long the connection was lost; 0 if it was not (ms). */
export interface GapAfterOutage extends Gap {
  outage: number
}

/** The options of `RealtimeProvider`. */
export interface RealtimeOptions {
  /** Relative URLs resolve against it, and it resolves against the page's URL. Default: the page's URL. */
  baseUrl?: string | undefined
  /** Called for a token at each attempt. Return `null` for an anonymous user. Throw `UnauthorizedError` to stop. */
  getToken?: GetToken | undefined
  /** How to send the token. Default: `tokenInQuery('token')` for sockets, `tokenInHeader()` for everything else. */
  attachToken?: AttachToken | undefined
  /** Origins that may receive a token. Default: those of `baseUrl` and of the page. */
  trustedOrigins?: readonly string[] | undefined
  /**
   * Origins that may receive a token without encryption (`http:`, `ws:`), besides this machine, e.g. in a
   * development network. They must be trusted, too. Default: none.
   */
  insecureOrigins?: readonly string[] | undefined
  /**
   * Sockets only: builds the message that sends a fresh token over the open socket, shortly before the
   * current one expires, so that the socket stays open. Needs a token with a known lifetime, see
   * `IssuedToken`. Default: none.
   */
  reauthenticate?: Reauthenticate | undefined
  /** Sockets only; `true` uses the defaults. Default `false`. */
  heartbeat?: boolean | HeartbeatOptions | undefined
  reconnect?: ReconnectOptions | undefined
  /**
   * The time over which clients spread their refetches after a gap (ms), so that they do not all fetch at
   * once. Each client waits for a random share of it. Default: half the outage, between 1,000 and 5,000.
   */
  gapSpread?: number | ((gap: GapAfterOutage) => number) | undefined
  /**
   * How long a connection stays open after its last component has unmounted and its last request has settled (ms).
   * It closes at once when the provider unmounts. Default 1,000.
   */
  closeDelay?: number | undefined
  /** Called for every status change, retry, gap and dropped message. Events never contain a token. */
  onEvent?: ((event: RealtimeEvent) => void) | undefined
  /** Larger messages are dropped and reported (bytes). Default 1 MiB. */
  maxMessageBytes?: number | undefined
  /**
   * How many queries the messages of one connection may create. Beyond this, the oldest queries without an
   * observer are removed from the cache. Default 10,000.
   */
  maxQueries?: number | undefined
  /**
   * Shares connections with the other tabs, in a shared worker. `scope` identifies the user: tabs share only within one scope.
   * Read when a connection is created. Default `false`.
   */
  share?: ShareOptions | false | undefined
  /** Default: the global class, read at each use. With a class of your own, sockets are not shared: a worker cannot use it. */
  webSocket?: WebSocketConstructor | undefined
  /** Default: the global function, read at each use. With a function of your own, nothing is shared over HTTP. */
  fetch?: FetchLike | undefined
}

/** Full jitter from 1 s to 20 s, with unlimited retries; times in ms. */
export const DEFAULT_RECONNECT: ReconnectTimes = {
  minDelay: 1_000,
  maxDelay: 20_000,
  factor: 2,
  maxRetries: Infinity,
  stableAfter: 5_000,
  connectTimeout: 10_000,
}

/** How long `Registry` keeps a connection without users (ms). */
export const DEFAULT_CLOSE_DELAY = 1_000
export const DEFAULT_MAX_MESSAGE_BYTES = 1_048_576
export const DEFAULT_MAX_QUERIES = 10_000

/** How a connection reconnects; times in ms. Options that are not set use the provider's value. */
export interface ReconnectOptions extends Partial<ReconnectTimes> {
  /** Overrides what follows from a failure. `undefined` leaves the decision to the failure table. */
  decide?: (failure: Failure) => FailureAction | undefined
}

/** Updates may have been missed: why, and which keys were invalidated. */
export interface Gap {
  cause: GapCause
  keys: readonly (readonly unknown[])[]
}

/** The options that all push hooks share. */
export interface ConnectionOptions<Schemas = object> {
  /** Relative URLs resolve against `baseUrl`. A function is called at each attempt and needs an `id`. */
  url: UrlSource
  /** Identifies the connection, together with a string `url`; alone if `url` is a function. */
  id?: string | undefined
  /**
   * Handlers for messages, by type. Without a handler, a message of a declared type is written at
   * `[type, params]`. `error` gets all messages with an `error` that reply to no request, whatever their
   * type.
   */
  on?: MessageHandlers<Schemas> | undefined
  /** Schemas by type (Standard Schema: zod, valibot, arktype…): of the response, or `{ params, response, version }`. */
  messages?: Schemas | undefined
  /**
   * Key prefixes of `useQuery` data that this connection keeps up to date. After a gap, these queries are
   * invalidated. Without this option, only keys that messages have written, or would write without a handler,
   * are. Queries fetched before the connection first opened are refetched once it opens.
   * `{ queryKey, position }`: use this if the data contains its position in the server's log, so that it
   * joins the stream exactly. The server must read the position before the data. `recovery` reads the
   * positions of messages.
   */
  liveQueries?: readonly (QueryKey | LiveQuery)[] | undefined
  /**
   * Called for every message except heartbeat replies, once per component, before the cache is written. It
   * re-renders nothing.
   */
  onMessage?: MessageListener<Schemas> | undefined
  /** Must be synchronous. Default: JSON. */
  parse?: Parse | undefined
  /**
   * Whether a message is the last one. After it, the connection is `closed`; if the stream ends without it,
   * the attempt has failed. It gets the message before any schema, so its `response` is `unknown`. Default: no
   * message is the last one.
   */
  isLast?: ((message: Message) => boolean) | undefined
  /** With `false`, this component does not need the connection. Default `true`. */
  enabled?: boolean | undefined
  /**
   * Whether to keep the connection while the page is hidden, as `focusManager` reports it. `'slow'` keeps it, but a shared
   * connection delivers its messages only once a second. Default `'slow'`.
   */
  whenHidden?: 'stay' | 'slow' | 'pause' | undefined
  /** With `false`, the connection is not shared with the other tabs. Default: the provider's `share`. */
  share?: false | undefined
  /** Overrides the provider's. */
  getToken?: GetToken | undefined
  /** Overrides the provider's. */
  attachToken?: AttachToken | undefined
  reconnect?: ReconnectOptions | undefined
  /** How to resume where the connection was cut off. */
  recovery?: Recovery | undefined
  /**
   * Messages that the server sends regularly over the same channel as all others. If none arrives in time, the connection has
   * failed and may have missed messages: it is retried, and live queries are refetched. A heartbeat proves only that the
   * server's end of the connection is alive. Default: none.
   */
  expects?: Expects | undefined
  /** Called when updates may have been missed. */
  onGap?: ((gap: Gap) => void) | undefined
  /** Larger messages are dropped and reported (bytes). Default: the provider's, 1 MiB. */
  maxMessageBytes?: number | undefined
  /** How many queries its messages may create. Default: the provider's, 10,000. */
  maxQueries?: number | undefined
}
