import { defaultGapSpread } from './backoff.ts'
import { isLargerThan } from './byteLength.ts'
import type { TimerHandle } from './clock.ts'
import type { Channel, ConnectionSetup, Delivery } from './connectionSetup.ts'
import { type Message, parseJson, readMessages } from './envelope.ts'
import type { BadMessageReason, GapCause } from './events.ts'
import { attach } from './prepareRequest.ts'
import { type Cursor, type Inspection, isPosition, type Recovery, RecoveryTracker } from './recovery.ts'
import { ignoreRejection, isPromise, refusePromise } from './refusePromise.ts'
import type { MessageMeta, SocketData, TransportRequest } from './transport.ts'

/** A message of a stream without positions. */
const PLAIN: Inspection = { isNews: true }

/** What the inbound half is given beside the connection's setup. */
export interface InboundLink {
  channel: Channel | undefined
  /** A heartbeat was answered. */
  replied(): void
  /** How long the last outage has gone on, or went on until the connection opened; 0 once it was stable (ms). */
  outage(): number
  /** `isLast` was true of a message. */
  ended(): void
}

/** The inbound half of a connection: reads messages, follows the position in the server's log, notices gaps. */
export class Inbound {
  /** What changes with every message; nobody is notified of it. */
  readonly counters = { received: 0, lastMessageAt: null as number | null }
  readonly #setup: ConnectionSetup
  readonly #link: InboundLink
  readonly #tracker = new RecoveryTracker()
  #openings = 0
  #hasLostCursor = false
  /** It began at a position that the application's data named. */
  #hasStart = false
  #hasAttached = false
  #gapTimer: TimerHandle | undefined

  constructor(setup: ConnectionSetup, link: InboundLink) {
    this.#setup = setup
    this.#link = link
  }

  /** Tells the server where to go on: where it was cut off, or where data begins that is there already. */
  attachCursor = (request: TransportRequest): TransportRequest => {
    const { recovery } = this.#setup.options()
    this.#hasAttached = false
    if (!recovery) return request
    // Once: a position that the server dropped must not be sent again.
    const mayStart = this.#openings === 0 && !this.#hasStart
    if (mayStart && this.#tracker.cursor === undefined) this.#startAt(this.#setup.start?.())
    const { cursor } = this.#tracker
    this.#hasAttached = cursor !== undefined
    if (cursor === undefined) return request
    return attach('recovery.attach', () => recovery.attach(request, cursor))
  }

  /** Whether the latest request carries a position by `recovery.attach`. */
  get hasAttached(): boolean {
    return this.#hasAttached
  }

  /** From where on everything came without a hole. */
  get since(): Cursor | undefined {
    return this.#tracker.since
  }

  /** Decides whether an opening leaves a gap. Where the server will say so in a message, that message decides. */
  opened({ resumed }: { resumed: boolean }): void {
    this.#openings++
    if (this.#hasLostCursor) {
      this.#hasLostCursor = false
      return this.gap('cursor-lost')
    }
    const { recovery } = this.#setup.options()
    const willBeTold = recovery?.resumed !== undefined && this.#tracker.cursor !== undefined
    if (this.#openings === 1 || resumed || willBeTold) this.#setup.opened?.()
    else this.gap('reconnect')
  }

  /** The server knows the position no more. What was missed is fetched when it is open again, not before. */
  cursorLost(): void {
    this.#hasLostCursor = true
  }

  /** Plans one round of refetches; causes that come before it join it. */
  gap(cause: GapCause): void {
    if (this.#gapTimer !== undefined) return
    const { clock, random, gapSpread } = this.#setup
    const outage = this.#link.outage()
    const spread = gapSpread?.(cause, outage) ?? defaultGapSpread(outage)
    this.#gapTimer = clock.setTimeout(() => {
      this.#gapTimer = undefined
      this.#setup.gap(cause)
    }, random() * spread)
  }

  /** Reads one frame, event or body and hands on its messages in order. `false`: it was not readable. */
  receive(data: unknown, meta: MessageMeta): boolean {
    const { parse = parseJson, maxMessageBytes } = this.#setup.options()
    if (isLargerThan(data as SocketData, maxMessageBytes)) return this.#bad('too-large')
    let messages: readonly Message[]
    try {
      messages = readMessages(parse(data, meta), meta)
    } catch {
      if (this.#isPlainReply(data)) return true
      // What the parser threw may quote the message, so it goes no further.
      return this.#bad('unreadable')
    }
    if (parse !== parseJson && messages.some(hasPromise)) return this.#bad('promise')
    this.counters.lastMessageAt = this.#setup.clock.now()
    for (const message of messages) {
      this.#guarded(message, () => this.#accept(message))
      if (!this.#isLast(message)) continue
      this.#link.ended()
      break
    }
    return true
  }

  #isLast(message: Message): boolean {
    const { isLast } = this.#setup.options()
    return isLast !== undefined && this.#read('isLast', () => isLast(message)) === true
  }

  /** A message too large to be read was dropped by the transport. */
  oversized(): void {
    this.#bad('too-large')
  }

  dropCursor(): void {
    this.#tracker.cursor = undefined
    this.#setup.transport.dropCursor?.()
  }

  dispose(): void {
    this.#setup.clock.clearTimeout(this.#gapTimer)
    this.#gapTimer = undefined
  }

  /** What the application's own functions throw about one message harms no other. */
  #guarded(message: Message, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#setup.report({ kind: 'handler-error', type: message.type, error })
    }
  }

  #accept(message: Message): void {
    const { recovery } = this.#setup.options()
    this.counters.received++
    if (this.#isHeartbeatReply(message)) {
      if (recovery && this.#tracker.isBehind(this.#positionOf(message, recovery))) this.gap('sequence')
      return this.#link.replied()
    }
    const { isNews, resumed, cursor } = recovery ? this.#inspect(message, recovery) : PLAIN
    const saysResumed = resumed !== undefined
    if (isNews || saysResumed) this.#deliver(message, { saysResumed, cursor })
  }

  /** Whether text that is no message answers a heartbeat, as `pong` answers `ping`. */
  #isPlainReply(data: unknown): boolean {
    if (typeof data !== 'string') return false
    const answers = readMessages(data, {}).some(message => this.#isHeartbeatReply(message))
    if (answers) this.#link.replied()
    return answers
  }

  #isHeartbeatReply(message: Message): boolean {
    const { isReply } = this.#setup.options().liveness ?? {}
    return isReply !== undefined && this.#read('heartbeat.isReply', () => isReply(message)) === true
  }

  #positionOf(message: Message, recovery: Recovery): Cursor | undefined {
    const position = this.#read('recovery.cursor', () => recovery.cursor(message))
    return isPosition(position) ? position : undefined
  }

  /** What a function of the application reads from a message; nothing where it throws or is async, which is reported. */
  #read<Value>(name: string, call: () => Value): Value | undefined {
    try {
      return refusePromise(call(), `"${name}"`)
    } catch (error) {
      this.#setup.report({ kind: 'handler-error', type: name, error })
      return undefined
    }
  }

  #deliver(message: Message, delivery: Delivery): void {
    const { settle, message: completed = message } = this.#link.channel?.take(message) ?? {}
    let taken: Promise<Message | undefined> | Message | undefined = completed
    try {
      taken = this.#setup.deliver(completed, { ...delivery, isReply: settle !== undefined })
    } finally {
      // After its effect, so that whoever waited for a reply finds it in the cache, and all that came before it.
      if (settle && taken instanceof Promise) void taken.then(settle)
      else settle?.(taken as Message | undefined)
    }
  }

  #inspect(message: Message, recovery: Recovery): Inspection {
    const { since } = this.#tracker
    const says = recovery.resumed && this.#read('recovery.resumed', () => recovery.resumed?.(message))
    const inspection = this.#tracker.inspect(this.#positionOf(message, recovery), says ?? undefined)
    const { resumed, gap } = inspection
    // A server may say on the first opening, too, that there was nothing to resume.
    const isRefused = resumed === false && (this.#openings > 1 || this.#hasStart)
    if (isRefused) this.gap('refused')
    if (gap) this.gap(gap)
    const isFirst = since === undefined && this.#openings === 1 && !isRefused
    if (isFirst && this.#tracker.since !== undefined) this.#setup.began?.(this.#tracker.since)
    return inspection
  }

  #startAt(cursor: Cursor | undefined): void {
    if (cursor === undefined) return
    this.#tracker.startAt(cursor)
    this.#hasStart = true
  }

  #bad(reason: BadMessageReason): false {
    this.#setup.report({ kind: 'bad-message', reason })
    return false
  }
}

/** Whether an async `parse` has made a message, or a part of it. */
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
