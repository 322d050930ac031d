import { isLargerThan, type Message, parseJson, readMessages } from './envelope.ts'
import type { Outbox, ConnectionDriverOptions, ConnectionPorts, Delivery } from './connectionPorts.ts'
import type { BadMessageReason, GapCause } from './events.ts'
import { type Cursor, isPosition, type Recovery, type StreamPosition } from './streamPosition.ts'
import { ignoreRejection, isPromise, refusePromise } from './validation.ts'
import type { MessageMeta, SocketData } from './transport.ts'

/** What a reader finds in messages, besides the messages themselves. */
export interface ReaderEvents {
  /** Messages may have been missed. */
  scheduleGap(cause: GapCause): void
  /** The server replied to a heartbeat. */
  onHeartbeatReply(): void
  /** `isLast` returned true for a message. */
  onLastMessage(): void
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
  readonly #ports: ConnectionPorts
  readonly #outbox: Outbox | undefined
  readonly #position: StreamPosition
  readonly #events: ReaderEvents

  constructor(ports: ConnectionPorts, { options, outbox, position, events }: ReaderParts) {
    this.options = options
    this.#ports = ports
    this.#outbox = outbox
    this.#position = position
    this.#events = events
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
      this.#accept(message)
      if (!this.#isLast(message)) continue
      this.#events.onLastMessage()
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

  /** Isolates messages: an error that application code throws for one must not affect another. */
  #accept(message: Message): void {
    const { recovery } = this.options
    this.counters.received++
    try {
      if (this.#isHeartbeatReply(message)) this.#takeHeartbeatReply(message)
      else if (recovery) this.#follow(message, recovery)
      else this.#deliver(message, {})
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: message.type, error })
    }
  }

  #takeHeartbeatReply(message: Message): void {
    const { recovery } = this.options
    const gap = recovery && this.#position.heartbeat(this.#positionOf(message, recovery))
    if (gap) this.#events.scheduleGap(gap)
    this.#events.onHeartbeatReply()
  }

  #follow(message: Message, recovery: Recovery): void {
    const resumed =
      (recovery.resumed && this.#read('recovery.resumed', () => recovery.resumed?.(message))) ?? undefined
    const at = this.#positionOf(message, recovery)
    const { isNews, gap, cursor, begin } = this.#position.message(at, resumed)
    if (gap) this.#events.scheduleGap(gap)
    if (begin !== undefined) this.#ports.sink.onPositionKnown(begin)
    const saysResumed = resumed !== undefined
    if (isNews || saysResumed) this.#deliver(message, { saysResumed, cursor })
  }

  /** Whether text that is not a message replies to a heartbeat, as `pong` does to `ping`. */
  #isPlainReply(data: unknown): boolean {
    if (typeof data !== 'string') return false
    const answers = readMessages(data, {}).some(message => this.#isHeartbeatReply(message))
    if (answers) this.#events.onHeartbeatReply()
    return answers
  }

  #isHeartbeatReply(message: Message): boolean {
    const { isReply } = this.options.heartbeat ?? {}
    return isReply !== undefined && this.#read('heartbeat.isReply', () => isReply(message)) === true
  }

  #positionOf(message: Message, recovery: Recovery): Cursor | undefined {
    const position = this.#read('recovery.cursor', () => recovery.cursor(message))
    return isPosition(position) ? position : undefined
  }

  /** What an application function reads from a message; `undefined` if it throws or is async, which is reported. */
  #read<Value>(name: string, call: () => Value): Value | undefined {
    try {
      const value = call()
      return typeof value === 'object' ? refusePromise(value, `"${name}"`) : value
    } catch (error) {
      this.#ports.sink.onEvent({ kind: 'handler-error', type: name, error })
      return undefined
    }
  }

  #deliver(message: Message, delivery: Delivery): void {
    const { settle, message: completed = message } = this.#outbox?.matchReply(message) ?? {}
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
