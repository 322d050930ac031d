import type { QueryKey } from '@tanstack/react-query'
import type { MessageHandlers, MessageListener } from '../cache/messageTypes.ts'
import type { LiveQuery } from '../cache/liveQueries.ts'
import type { AttachToken, GetToken } from '../core/tokens.ts'
import type { Message, Parse } from '../core/envelope.ts'
import type { GapCause } from '../core/events.ts'
import type { Failure, FailureAction } from '../core/failure.ts'
import type { ReconnectTimes } from '../core/connectionState.ts'
import type { UrlSource } from '../core/request.ts'
import type { Recovery } from '../core/streamPosition.ts'

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
  /** Whether to keep the connection while the page is hidden. Default `'stay'`. */
  whenHidden?: 'stay' | 'pause' | undefined
  /** Overrides the provider's. */
  getToken?: GetToken | undefined
  /** Overrides the provider's. */
  attachToken?: AttachToken | undefined
  reconnect?: ReconnectOptions | undefined
  /** How to resume where the connection was cut off. */
  recovery?: Recovery | undefined
  /** Called when updates may have been missed. */
  onGap?: ((gap: Gap) => void) | undefined
  /** Larger messages are dropped and reported (bytes). Default: the provider's, 1 MiB. */
  maxMessageBytes?: number | undefined
  /** How many queries its messages may create. Default: the provider's, 10,000. */
  maxQueries?: number | undefined
}
