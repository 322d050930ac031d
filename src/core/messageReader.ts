import type { ExpectedMessages } from './expectedMessages.ts'
import type { Accepted, Correlated } from './correlation.ts'
import { isEqual } from './hash.ts'
import {
  isLargerThan,
  type Message,
  parseJson,
  readMessages,
  type Cursor,
  type MessageMeta,
  type SocketData,
  withoutProto,
} from './envelope.ts'
import type { Outbox, ConnectionDriverOptions, ConnectionPorts, Delivery } from './connectionPorts.ts'
import type { BadMessageReason, GapCause } from './events.ts'
import { isUnauthorizedError } from './failure.ts'
import type { Recovery, ResumedResponse, StreamPosition } from './streamPosition.ts'
import type { Subscription } from './correlation.ts'
import type { Subscriptions } from './subscriptions.ts'
import { ignoreRejection, isPromise, refusePromise } from './validation.ts'

/** What a reader finds in messages, besides the messages themselves. */
export interface ReaderEvents {
  /** Messages may have been missed. */
  scheduleGap(cause: GapCause, subscription?: Subscription): void
  readonly subscriptions: Subscriptions | undefined
  /** The server replied to a heartbeat. */
  onHeartbeatReply(): void
  /** `isLast` returned true for a message. */
  onLastMessage(): void
  /** `parse` said that the server refused the token. */
  onTokenRefused(): void
}

/** What a reader is given besides the connection's ports. */
interface ReaderParts {
  options: ConnectionDriverOptions
  outbox: Outbox | undefined
  position: StreamPosition
  events: ReaderEvents
}

/** The inbound half of a connection: it reads messages and delivers them. */
export class MessageReader {
  options: ConnectionDriverOptions
  /** Changes with every message; no listener is notified. */
  readonly counters = { received: 0, lastMessageAt: null as number | null }
  /** Created by the attempt when `expects` is set. */
  expected: ExpectedMessages | undefined
  readonly #ports: ConnectionPorts
  readonly #outbox: Outbox | undefined
  readonly #position: StreamPosition
  readonly #events: ReaderEvents
  /** Whether `recovery.resumed` reads responses, not messages. */
  #readsResponses = false

  constructor(ports: ConnectionPorts, { options, outbox, position, events }: ReaderParts) {
    this.options = options
    this.#ports = ports
    this.#outbox = outbox
    this.#position = position
    this.#events = events
  }

  /**
   * Whether this response says that the server resumed; `undefined` if messages say so. `isLater`: the connection has already
   * opened, without knowing it.
   */
  readResponse(response: ResumedResponse, isLater: boolean): boolean | undefined {
    const tell = this.options.recovery?.resumed
    if (typeof tell !== 'function') return undefined
    let resumed: unknown
    try {
      resumed = tell(response as Message & ResumedResponse)
    } catch {
      // The function expects messages.
    }
    this.#readsResponses = typeof resumed === 'boolean'
    if (isLater && resumed === false) this.#events.scheduleGap(this.#position.refused())
    return this.#readsResponses ? (resumed as boolean) : undefined
  }

  /** Reads one frame, event or body and passes on its messages in order. Returns `false` if it was unreadable. */
  receive(data: unknown, meta: MessageMeta): boolean {
    const { parse = parseJson, maxMessageBytes } = this.options
    if (isLargerThan(data as SocketData, maxMessageBytes)) return this.#bad('too-large')
    let messages: readonly Message[]
    try {
      messages = readMessages(withoutProto(parse(data, meta), data), meta)
    } catch (error) {
      if (isUnauthorizedError(error)) this.#events.onTokenRefused()
      if (isUnauthorizedError(error) || this.#isPlainReply(data)) return true
      // What the parser threw may quote the message, so it is not passed on.
      return this.#bad('unreadable')
    }
    if (parse !== parseJson && messages.some(hasPromise)) return this.#bad('promise')
    this.counters.lastMessageAt = this.#ports.clock.now()
    const { isLast } = this.options
    for (const message of messages) {
      this.#accept(message)
      if (isLast && this.#ends(message, isLast)) break
    }
    return true
  }

  /** Passes on what a protocol has read from a frame. */
  receiveIncoming(incoming: readonly (Correlated | Accepted | BadMessageReason)[]): void {
    this.counters.lastMessageAt = this.#ports.clock.now()
    const { isLast } = this.options
    for (const one of incoming) {
      if (typeof one === 'string') this.#bad(one)
      else if (!one.message) this.#events.subscriptions?.accepted(one.subscription)
      else {
        this.#accept(one.message, one.subscription)
        if (isLast && this.#ends(one.message, isLast)) return
      }
    }
  }

  /** Whether a message is the last one of the connection, which then closes. */
  #ends(message: Message, isLast: (message: Message) => boolean): boolean {
    const ends = this.#read('isLast', () => isLast(message)) === true
    if (ends) this.#events.onLastMessage()
    return ends
  }

  /** The transport dropped a message that was too large to read. */
  oversized(): void {
    this.#bad('too-large')
  }

  /** Isolates messages: an error that application code throws for one must not affect another. */
  #accept(message: Message, subscription = this.#events.subscriptions?.of(message)): void {
    const { recovery, expects } = this.options
    this.counters.received++
    if (message.type === expects?.type) this.expected?.received()
    try {
      if (this.#isHeartbeatReply(message)) this.#takeHeartbeatReply(message)
      else if (recovery) this.#follow({ message, subscription }, recovery)
      else this.#deliver({ message, subscription }, {})
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: message.type, error })
    }
  }

  #takeHeartbeatReply(message: Message): void {
    const { recovery } = this.options
    const head = recovery && this.#read('recovery.cursor', () => recovery.cursor?.(message))
    const gap = this.#position.heartbeat(head)
    if (gap) this.#events.scheduleGap(gap)
    this.#events.onHeartbeatReply()
  }

  #follow({ message, subscription }: Correlated, recovery: Recovery): void {
    const { resumed: tell } = recovery
    const resumed =
      typeof tell === 'function' && !this.#readsResponses
        ? this.#read('recovery.resumed', () => tell(message as Message & ResumedResponse))
        : undefined
    const at = this.#read('recovery.cursor', () => recovery.cursor?.(message))
    const own = recovery.perSubscription ? subscription : undefined
    const position = own?.position ?? this.#position
    const isKnown = position.cursor !== undefined
    const { isNews, gap, cursor, begin } = position.message(at, resumed, recovery.sortable)
    if (gap) this.#events.scheduleGap(gap, own)
    if (begin !== undefined && !own) this.#ports.sink.onPositionKnown(begin)
    const isNotice = resumed !== undefined
    const hasError = message.error !== undefined
    // With one stream for all, the data that a subscription begins with may have the number of the newest message.
    const begins = !own && subscription?.isCurrent === false
    const isDelivered = isNews || isNotice || begins || (own && (hasError || isSnapshot(own, at, message)))
    if (isDelivered) this.#deliver({ message, subscription }, { isNotice, cursor })
    // A reply with a number that was seen may be older than the cache, but its request waits for it.
    else if (message.re !== undefined) this.#deliver({ message }, { isNotice: true, cursor }, true)
    if (!subscription || hasError) return
    // Resumed, or seen already: the server says that nothing was missed.
    if (isNotice ? resumed && isKnown : own && !isDelivered)
      this.#events.subscriptions?.confirmed(subscription)
  }

  /** Whether text that is not a message replies to a heartbeat, as `pong` does to `ping`. */
  #isPlainReply(data: unknown): boolean {
    if (typeof data !== 'string') return false
    const answers = readMessages(data, {}).some(message => this.#isHeartbeatReply(message))
    if (answers) this.#events.onHeartbeatReply()
    return answers
  }

  #isHeartbeatReply(message: Message): boolean {
    const { isReply, replyType } = this.options.heartbeat ?? {}
    if (replyType !== undefined && message.type === replyType) return true
    return isReply !== undefined && this.#read('heartbeat.isReply', () => isReply(message)) === true
  }

  /** What an application function reads from a message; `undefined` if it throws or is async, which is reported. */
  #read<Value>(name: string, call: () => Value): Value | undefined {
    try {
      const value = call()
      const mayBePromise = typeof value === 'object' && value !== null && 'then' in value
      return mayBePromise ? refusePromise(value, `"${name}"`) : value
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: name, error })
      return undefined
    }
  }

  #deliver({ message, subscription }: Correlated, delivery: Delivery, isReplyOnly = false): void {
    const reply = this.#outbox?.matchReply(message)
    if (isReplyOnly && !reply) return
    // The request of another tab failed.
    const isForeign = this.#ports.transport.lastId !== undefined && message.re !== undefined
    if (!reply && isForeign && message.error !== undefined) return
    // The error of a request says nothing about a subscription to the same key.
    const own = reply && message.error !== undefined ? undefined : subscription
    if (!reply && !own) {
      const { type, response, error } = message
      // A message that only moves the position needs no handler.
      const isPosition = response === undefined && error === undefined && delivery.cursor !== undefined
      const isExpected = isPosition || type === this.options.expects?.type
      return void this.#ports.sink.onMessage(message, isExpected ? { ...delivery, isExpected } : delivery)
    }
    const settle = (result: Message | undefined) => {
      reply?.settle(result)
      const isData = !delivery.isNotice || message.isLast === true || message.error !== undefined
      if (own && isData) this.#events.subscriptions?.taken(own, message, result)
    }
    const completed = reply?.message ?? message
    const isEmptyEnd = message.isLast === true && message.response === undefined
    let taken: Promise<Message | undefined> | Message | undefined = completed
    try {
      taken = this.#ports.sink.onMessage(completed, {
        ...delivery,
        isNotice: delivery.isNotice ?? isEmptyEnd,
        isExpected: true,
        isAwaited: reply !== undefined || (own !== undefined && own.waiting.size > 0),
      })
    } finally {
      // Settle after the message took effect, so that the caller finds the reply, and everything before it,
      // in the cache.
      if (taken instanceof Promise) void taken.then(settle)
      else settle(taken)
    }
  }

  #bad(reason: BadMessageReason): false {
    this.#ports.sink.onEvent({ kind: 'bad-message', reason })
    return false
  }
}

/** Whether an async `parse` produced a message or a part of it. */
function hasPromise({ params, response, error }: Message): boolean {
  const parts: unknown[] = [
    params,
    error,
    ...(Array.isArray(response) ? (response as unknown[]) : [response]),
  ]
  const promises = parts.filter(isPromise)
  promises.forEach(ignoreRejection)
  return promises.length > 0
}

/**
 * Whether a message with the number of the last one is not that message again, but the data that a new subscription
 * begins with: messages of the former one may have arrived just before it.
 */
function isSnapshot(
  { position, last }: Subscription,
  at: Cursor | undefined,
  { response }: Message,
): boolean {
  const { cursor } = position
  if (response === undefined || typeof at !== 'object' || typeof cursor !== 'object') return false
  return at.seq === cursor.seq && at.epoch === cursor.epoch && !isEqual(response, last)
}
