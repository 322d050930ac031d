import { defaultGapSpread } from './backoff.ts'
import { isLargerThan, type Message, parseJson, readMessages } from './envelope.ts'
import type { TimerHandle } from './platform.ts'
import type { Channel, ConnectionDriverOptions, ConnectionPorts, Delivery } from './connectionPorts.ts'
import type { BadMessageReason, GapCause } from './events.ts'
import { attach } from './request.ts'
import { type Cursor, type Inspection, isPosition, type Recovery, RecoveryTracker } from './streamPosition.ts'
import { ignoreRejection, isPromise, refusePromise } from './validation.ts'
import type { MessageMeta, SocketData, TransportRequest } from './transport.ts'

/** A message from a stream without positions. */
const PLAIN: Inspection = { isNews: true }

/** What a reader is given besides the connection's ports. */
interface ReaderLink {
  channel: Channel | undefined
  /** The server replied to a heartbeat. */
  replied(): void
  /** How long the current outage has lasted, or lasted until the connection opened; 0 once stable (ms). */
  outage(): number
  /** `isLast` returned true for a message. */
  ended(): void
}

/** The inbound half of a connection: it reads messages, follows the position in the server's log and detects gaps. */
export class MessageReader {
  options: ConnectionDriverOptions
  /** Changes with every message; no listener is notified. */
  readonly counters = { received: 0, lastMessageAt: null as number | null }
  readonly #ports: ConnectionPorts
  readonly #link: ReaderLink
  readonly #tracker = new RecoveryTracker()
  #openings = 0
  #hasLostCursor = false
  /** Whether the stream started at a position taken from the application's data. */
  #hasStart = false
  #hasAttached = false
  #gapTimer: TimerHandle | undefined

  constructor(ports: ConnectionPorts, options: ConnectionDriverOptions, link: ReaderLink) {
    this.#ports = ports
    this.options = options
    this.#link = link
  }

  /** Adds the position to resume from: where the stream was cut off, or where data that is already cached begins. */
  attachCursor = (request: TransportRequest): TransportRequest => {
    const { recovery } = this.options
    this.#hasAttached = false
    if (!recovery) return request
    // Only once: a position that the server dropped must not be sent again.
    const mayStart = this.#openings === 0 && !this.#hasStart
    if (mayStart && this.#tracker.cursor === undefined) this.#startAt(this.#ports.sink.resumePosition())
    const { cursor } = this.#tracker
    this.#hasAttached = cursor !== undefined
    if (cursor === undefined) return request
    return attach('recovery.attach', () => recovery.attach(request, cursor))
  }

  /** Whether the latest request carries a position added by `recovery.attach`. */
  get hasAttached(): boolean {
    return this.#hasAttached
  }

  /** The position from which everything has arrived without a gap. */
  get since(): Cursor | undefined {
    return this.#tracker.since
  }

  /** Decides whether an opening leaves a gap. If the server will say so in a message, that message decides. */
  opened({ resumed }: { resumed: boolean }): void {
    this.#openings++
    if (this.#hasLostCursor) {
      this.#hasLostCursor = false
      return this.gap('cursor-lost')
    }
    const { recovery } = this.options
    const willBeTold = recovery?.resumed !== undefined && this.#tracker.cursor !== undefined
    if (this.#openings === 1 || resumed || willBeTold) this.#ports.sink.onOpen()
    else this.gap('reconnect')
  }

  /**
   * The server no longer knows the position. Missed data is refetched when the connection is open again, not
   * before.
   */
  cursorLost(): void {
    this.#hasLostCursor = true
  }

  /** Schedules one round of refetches. Causes that occur before it starts share it. */
  gap(cause: GapCause): void {
    if (this.#gapTimer !== undefined) return
    const { clock, random, sink } = this.#ports
    const { gapSpread } = this.options
    const outage = this.#link.outage()
    const spread = typeof gapSpread === 'function' ? gapSpread(cause, outage) : gapSpread
    this.#gapTimer = clock.setTimeout(
      () => {
        this.#gapTimer = undefined
        sink.onGap(cause)
      },
      random() * (spread ?? defaultGapSpread(outage)),
    )
  }

  /** Reads one frame, event or body and passes on its messages in order. Returns `false` if it was unreadable. */
  receive(data: unknown, meta: MessageMeta): boolean {
    const { parse = parseJson, maxMessageBytes } = this.options
    if (isLargerThan(data as SocketData, maxMessageBytes)) return this.#bad('too-large')
    let messages: readonly Message[]
    try {
      messages = readMessages(parse(data, meta), meta)
    } catch {
      if (this.#isPlainReply(data)) return true
      // What the parser threw may quote the message, so it is not passed on.
      return this.#bad('unreadable')
    }
    if (parse !== parseJson && messages.some(hasPromise)) return this.#bad('promise')
    this.counters.lastMessageAt = this.#ports.clock.now()
    for (const message of messages) {
      this.#guarded(message, () => this.#accept(message))
      if (!this.#isLast(message)) continue
      this.#link.ended()
      break
    }
    return true
  }

  #isLast(message: Message): boolean {
    const { isLast } = this.options
    return isLast !== undefined && this.#read('isLast', () => isLast(message)) === true
  }

  /** The transport dropped a message that was too large to read. */
  oversized(): void {
    this.#bad('too-large')
  }

  dropCursor(): void {
    this.#tracker.cursor = undefined
    this.#ports.transport.dropCursor?.()
  }

  dispose(): void {
    this.#ports.clock.clearTimeout(this.#gapTimer)
    this.#gapTimer = undefined
  }

  /** Isolates messages: an error that application code throws for one must not affect another. */
  #guarded(message: Message, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: message.type, error })
    }
  }

  #accept(message: Message): void {
    const { recovery } = this.options
    this.counters.received++
    if (this.#isHeartbeatReply(message)) {
      if (recovery && this.#tracker.isBehind(this.#positionOf(message, recovery))) this.gap('sequence')
      return this.#link.replied()
    }
    const { isNews, resumed, cursor } = recovery ? this.#inspect(message, recovery) : PLAIN
    const saysResumed = resumed !== undefined
    if (isNews || saysResumed) this.#deliver(message, { saysResumed, cursor })
  }

  /** Whether text that is not a message replies to a heartbeat, as `pong` does to `ping`. */
  #isPlainReply(data: unknown): boolean {
    if (typeof data !== 'string') return false
    const answers = readMessages(data, {}).some(message => this.#isHeartbeatReply(message))
    if (answers) this.#link.replied()
    return answers
  }

  #isHeartbeatReply(message: Message): boolean {
    const { isReply } = this.options.liveness ?? {}
    return isReply !== undefined && this.#read('heartbeat.isReply', () => isReply(message)) === true
  }

  #positionOf(message: Message, recovery: Recovery): Cursor | undefined {
    const position = this.#read('recovery.cursor', () => recovery.cursor(message))
    return isPosition(position) ? position : undefined
  }

  /** What an application function reads from a message; `undefined` if it throws or is async, which is reported. */
  #read<Value>(name: string, call: () => Value): Value | undefined {
    try {
      return refusePromise(call(), `"${name}"`)
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: name, error })
      return undefined
    }
  }

  #deliver(message: Message, delivery: Delivery): void {
    const { settle, message: completed = message } = this.#link.channel?.take(message) ?? {}
    let taken: Promise<Message | undefined> | Message | undefined = completed
    try {
      taken = this.#ports.sink.onMessage(completed, { ...delivery, isReply: settle !== undefined })
    } finally {
      // Settle after the message took effect, so that the caller finds the reply, and everything before it,
      // in the cache.
      if (settle && taken instanceof Promise) void taken.then(settle)
      else settle?.(taken as Message | undefined)
    }
  }

  #inspect(message: Message, recovery: Recovery): Inspection {
    const { since } = this.#tracker
    const says = recovery.resumed && this.#read('recovery.resumed', () => recovery.resumed?.(message))
    const inspection = this.#tracker.inspect(this.#positionOf(message, recovery), says ?? undefined)
    const { resumed, gap } = inspection
    // On the first opening, too, a server may say that it could not resume.
    const isRefused = resumed === false && (this.#openings > 1 || this.#hasStart)
    if (isRefused) this.gap('refused')
    if (gap) this.gap(gap)
    const isFirst = since === undefined && this.#openings === 1 && !isRefused
    if (isFirst && this.#tracker.since !== undefined) this.#ports.sink.onPositionKnown(this.#tracker.since)
    return inspection
  }

  #startAt(cursor: Cursor | undefined): void {
    if (cursor === undefined) return
    this.#tracker.startAt(cursor)
    this.#hasStart = true
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
