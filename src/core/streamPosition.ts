import type { Cursor, Message } from './envelope.ts'
import type { GapCause } from './events.ts'
import type { TransportRequest } from './transport.ts'

/** How a connection resumes where it was cut off. */
export interface Recovery {
  /** The position of a message; `undefined` if it has none. */
  cursor(message: Message): Cursor | undefined
  /** Adds the position to the request when reconnecting. A `protocol` or a source may use `link.cursor` instead. */
  attach?(request: TransportRequest, cursor: Cursor): TransportRequest
  /**
   * Whether this message says that the server resumed; `undefined` if it is about something else. Such a
   * message goes to `onMessage`, but not to handlers or the cache. It may have a position: its own in the
   * log, or the newest that the server has. `true`: the server always resumes, and only a skipped number tells
   * otherwise.
   */
  resumed?: true | ((message: Message) => boolean | undefined) | undefined
  /**
   * Each subscription has a position of its own, which its subscribe frame carries, and a gap of its own. Default
   * `false`: the messages of a connection are one stream.
   */
  perSubscription?: boolean | undefined
}

/** What is known when a connection opens. */
interface Opening {
  /** The attempt carried a position and the server accepted it. */
  resumed: boolean
  /** A message will say whether the server resumed. */
  isDecidedLater: boolean
}

/** What a message means for the position. */
interface Inspection {
  /** Whether handlers and the cache get it. `false` if it was seen already, or says whether the server resumed. */
  isNews: boolean
  /** Why messages before it were missed. */
  gap?: GapCause | undefined
  cursor?: Cursor | undefined
  /** Where the stream begins, if this message is the first to tell. */
  begin?: Cursor | undefined
}

/**
 * How many positions of messages without data are remembered. A server must not be able to fill the memory
 * with them.
 */
const MAX_FILLED = 100

const NEWS: Inspection = { isNews: true }
const NO_NEWS: Inspection = { isNews: false }

/**
 * The position of one stream across the attempts of its connection. Everything that can cause a gap is
 * reported to it, and it alone decides whether there is one.
 */
export class StreamPosition {
  cursor: Cursor | undefined
  /** The position from which everything has arrived without a gap; `undefined` until a position is known. */
  since: Cursor | undefined
  /**
   * Numbers after the cursor, in its epoch, of messages that say whether the server resumed. The cursor stays
   * before them: such a message may name the newest number instead of its own, and messages up to that number
   * may still arrive.
   */
  readonly #filled = new Set<number>()
  #openings = 0
  /** Whether the stream starts at a position of the application's data. */
  #hasStart = false
  /** Whether the server has rejected the position since the last opening. */
  #isRejected = false

  /** Whether a position of the application's data may start the stream. Only once: the server may have rejected it. */
  get mayStart(): boolean {
    return this.#openings === 0 && !this.#hasStart && this.cursor === undefined
  }

  startAt(cursor: Cursor): void {
    this.#hasStart = true
    this.#continueAt(cursor)
  }

  /** The connection is open. If the server will say in a message whether it resumed, that message decides. */
  opened({ resumed, isDecidedLater }: Opening): GapCause | undefined {
    this.#openings++
    const wasRejected = this.#isRejected
    this.#isRejected = false
    if (wasRejected) return 'cursor-lost'
    const isUndecided = isDecidedLater && this.cursor !== undefined
    return this.#openings === 1 || resumed || isUndecided ? undefined : 'reconnect'
  }

  /** The next message has this position, if it is one, and says this about resumption. */
  message(given: unknown, resumed: boolean | undefined): Inspection {
    const next = isPosition(given) ? given : undefined
    const isFirst = this.since === undefined && this.#openings === 1
    const inspection = resumed === undefined ? this.#advance(next) : this.#resume(next, resumed)
    const isBegin = isFirst && this.since !== undefined && !inspection.gap
    return isBegin ? { ...inspection, begin: this.since } : inspection
  }

  /** A heartbeat reply names the newest position. Messages before it that did not arrive were lost. */
  heartbeat(head: unknown): GapCause | undefined {
    const { cursor } = this
    if (!isPosition(head) || typeof head !== 'object' || typeof cursor !== 'object') return undefined
    if (head.epoch === cursor.epoch && head.seq <= cursor.seq) return undefined
    this.#continueAt(head)
    return 'sequence'
  }

  /** The server does not know the position. Until the connection is open, nothing can be refetched. */
  rejected(isOpen = false): GapCause | undefined {
    if (isOpen) return 'cursor-lost'
    this.#isRejected = true
    return undefined
  }

  #continueAt(cursor: Cursor): void {
    this.cursor = cursor
    this.since = cursor
    this.#filled.clear()
  }

  #resume(next: Cursor | undefined, resumed: boolean): Inspection {
    if (!resumed) this.cursor = undefined
    if (this.cursor === undefined && next !== undefined) this.#continueAt(next)
    else this.#fill(next)
    // On the first opening, too, a server may say that it could not resume.
    const isGap = !resumed && (this.#openings > 1 || this.#hasStart)
    return isGap ? { isNews: false, gap: 'refused' } : NO_NEWS
  }

  #advance(next: Cursor | undefined): Inspection {
    if (next === undefined) return NEWS
    const previous = this.cursor
    if (typeof next === 'string' || previous === undefined || typeof previous === 'string') {
      this.cursor = next
      this.#filled.clear()
      if (typeof next === 'object') this.since = before(next)
      return { isNews: true, cursor: next }
    }
    if (next.epoch === previous.epoch && next.seq <= previous.seq) return NO_NEWS
    this.cursor = next
    const isSameEpoch = next.epoch === previous.epoch
    const follows = isSameEpoch && this.#isFilled(previous.seq, next.seq)
    for (const seq of this.#filled) if (!isSameEpoch || seq <= next.seq) this.#filled.delete(seq)
    if (follows) return { isNews: true, cursor: next }
    this.since = before(next)
    return { isNews: true, cursor: next, gap: isSameEpoch ? 'sequence' : 'epoch' }
  }

  #fill(position: Cursor | undefined): void {
    const { cursor } = this
    if (typeof position !== 'object' || typeof cursor !== 'object' || position.epoch !== cursor.epoch) return
    if (position.seq > cursor.seq && this.#filled.size < MAX_FILLED) this.#filled.add(position.seq)
  }

  /** Whether messages that arrived account for every number in between. */
  #isFilled(previous: number, next: number): boolean {
    if (next - previous - 1 > this.#filled.size) return false
    for (let seq = previous + 1; seq < next; seq++) if (!this.#filled.has(seq)) return false
    return true
  }
}

/** Whether an application function returned a position. It may have taken anything from a message. */
function isPosition(value: unknown): value is Cursor {
  if (typeof value === 'string') return true
  return typeof value === 'object' && value !== null && Number.isFinite((value as { seq?: unknown }).seq)
}

function before(cursor: Exclude<Cursor, string>): Cursor {
  return { ...cursor, seq: cursor.seq - 1 }
}
