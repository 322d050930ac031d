import type { Clock, Platform } from './platform.ts'
import type { Message, Parse, Cursor, Serialize, SocketData } from './envelope.ts'
import type { Reply } from './requests.ts'
import type { ConnectionEvent, GapCause } from './events.ts'
import type { Expects } from './expectedMessages.ts'
import type { Failure, FailureAction } from './failure.ts'
import type { ReconnectTimes } from './connectionState.ts'
import type { RequestPlan } from './request.ts'
import type { Recovery } from './streamPosition.ts'
import type { Correlation, Draft } from './correlation.ts'
import type { Subscription } from './correlation.ts'
import type { AttemptToken, CurrentToken, Reauthenticate, Token } from './tokens.ts'
import type { SharedHandle, Transport } from './transport.ts'

/** What a connection is given once. Its options may change, see `ConnectionDriverOptions`. */
export interface ConnectionPorts {
  clock: Clock
  /** In [0, 1). */
  random(): number
  platform: Platform
  transport: ConnectionTransport
  sink: MessageSink
  createOutbox?: ((ports: OutboxPorts) => Outbox) | undefined
  /** The latest options, which the outbox reads whenever something is sent. */
  outboxOptions(): OutboxOptions
}

/** A transport, as a connection uses it. */
export interface ConnectionTransport extends Transport {
  /** With a protocol of its own. It then reports `onIncoming`, and its handles can `write`. */
  createCorrelation?(): Correlation
  /** Request ids start after this number. Set if the connection may be shared: each page needs ids of its own. */
  readonly lastId?: number
}

/** Receives what a connection reads from the server, and what happens to it. */
export interface MessageSink {
  /**
   * Receives every message, in order. Returns the message as delivered once it has taken effect; `undefined`
   * if its schema rejected it.
   */
  onMessage(message: Message, delivery: Delivery): Promise<Message | undefined> | Message | undefined
  /** The connection is open, and no gap is known so far. */
  onOpen(): void
  /** The stream is followed from this position on. */
  onPositionKnown(since: Cursor): void
  /** Messages may have been missed. Causes that occur before the delay is over share one call. */
  /** `subscriptions`: only these have missed messages. */
  onGap(cause: GapCause, subscriptions?: readonly Subscription[]): void
  onEvent(event: ConnectionEvent): void
  /** Returns where to start a stream that has no position yet. */
  resumePosition(): Cursor | undefined
}

/** What is known about a message when it is delivered. */
export interface Delivery {
  /** It needs no handler: it belongs to a request or a subscription, only moves the position, or `expects` names its type. */
  isExpected?: boolean | undefined
  /** A fetch waits for it. */
  isAwaited?: boolean | undefined
  /** It has no data, but says that the server resumed or that a subscription has ended: only `onMessage` gets it. */
  isNotice?: boolean | undefined
  /** Its position in the server's log. */
  cursor?: Cursor | undefined
}

/** Fetches a fresh token to replace `previous`. */
export type RenewToken = (previous: Token) => Promise<AttemptToken>

/** The options of a connection. Whoever owns it passes new ones to `configure` when they change. */
export interface ConnectionDriverOptions {
  /** What its requests are built from. */
  request: RequestPlan
  times: ReconnectTimes
  decide?: ((failure: Failure) => FailureAction | undefined) | undefined
  /** Whether `getToken` could return another token. */
  hasGetToken: boolean
  pausesWhenHidden: boolean
  heartbeat?: HeartbeatPlan | undefined
  reauthenticate?: Reauthenticate | undefined
  recovery?: Recovery | undefined
  expects?: Expects | undefined
  parse?: Parse | undefined
  isLast?: ((message: Message) => boolean) | undefined
  /** In bytes. */
  maxMessageBytes: number
  /** The time over which clients spread their refetches after a gap (ms); `undefined` for the default. */
  gapSpread?: number | ((cause: GapCause, outage: number) => number | undefined) | undefined
}

/**
 * How an open connection is watched; times in ms. A ping sends `message`. Without it, silence alone ends the
 * connection.
 */
export interface HeartbeatPlan {
  interval: number
  timeout: number
  /** Pings expect no reply: silence for so long ends the connection instead. */
  silence?: number | undefined
  message?: unknown
  /** Messages of this type reply to a ping. */
  replyType?: string | undefined
  isReply?: ((message: Message) => boolean) | undefined
}

/** How an outbox encodes and queues. */
export interface OutboxOptions {
  serialize?: Serialize | undefined
  queue?: OptionalQueueOptions | undefined
}

/** How much `send` may queue while there is no connection, and for how long (ms). */
export interface QueueOptions {
  limit: number
  ttl: number
}

type OptionalQueueOptions = { readonly [Name in keyof QueueOptions]?: number | undefined }

/** What an outbox is given. */
export interface OutboxPorts {
  clock: Clock
  options(): OutboxOptions
  /** Request ids start after this number. */
  readonly lastId: number
  /** What the worker does if the connection is shared. Then only one page renews the token. */
  shared(): Pick<SharedHandle, 'isOwner' | 'wake'> | undefined
  reauthenticate(): Reauthenticate | undefined
  /** Whether the transport writes by a protocol of its own. */
  readonly hasProtocol: boolean
  /** Returns `false` unless the connection is open. */
  send(data: SocketData | Draft): boolean
  /** Whether the connection is open or opening. */
  mayOpen(): boolean
  /** Holds the token that the server received last. */
  readonly holder: { currentToken: CurrentToken }
  readonly renew: RenewToken
  report(event: ConnectionEvent): void
}

/** What a socket sends, in order. The connection notifies it of what happens. */
export interface Outbox {
  /**
   * Strings and binary data stay as they are; anything else goes through `serialize`. Throws if that returns
   * nothing that can be sent. A protocol serializes later, when the value is sent.
   */
  encode(value: unknown, kind?: 'send' | 'heartbeat'): SocketData | Draft
  opened(): void
  /** From now on, this page renews the token. */
  owned(): void
  /** The reply in this message; `undefined` if no request was waiting for it. */
  matchReply(message: Message): Reply | undefined
  /** Checks the clock now. */
  checkNow(): void
  lost(): void
  ended(): void
}
