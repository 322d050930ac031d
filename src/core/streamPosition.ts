import type { Message } from './envelope.ts'
import type { GapCause } from './events.ts'
import type { TransportRequest } from './transport.ts'

/** A position in the server's log: a number that increases by one within an `epoch`, or an opaque id. */
export type Cursor = string | { epoch?: string | number | undefined; seq: number }

/** How a connection resumes where it was cut off. */
export interface Recovery {
  /** The position of a message; `undefined` if it has none. */
  cursor(message: Message): Cursor | undefined
  /** Adds the position to the request when reconnecting. */
  attach(request: TransportRequest, cursor: Cursor): TransportRequest
  /**
   * Whether this message says that the server resumed; `undefined` if it is about something else. Such a
   * message goes to `onMessage`, but not to handlers or the cache. It may have a position: its own in the
   * log, or the newest that the server has.
   */
  resumed?(message: Message): boolean | undefined
}

/** What a message means for the position. */
export interface Inspection {
  /** Whether handlers and the cache get it. `false` if it was seen already, or says whether the server resumed. */
  isNews: boolean
  resumed?: boolean | undefined
  gap?: GapCause
  cursor?: Cursor | undefined
}

/**
 * How many positions of messages without data are remembered. A server must not be able to fill the memory
 * with them.
 */
const MAX_FILLED = 100

const SEEN: Inspection = { isNews: false }

/** Follows the position of one connection across its attempts. */
export class RecoveryTracker {
  cursor: Cursor | undefined
  /** The position from which everything has arrived without a gap; `undefined` until a position is known. */
  since: Cursor | undefined
  /**
   * Numbers after the cursor, in its epoch, of messages that say whether the server resumed. The cursor stays
   * before them: such a message may name the newest number instead of its own, and messages up to that number
   * may still arrive.
   */
  readonly #filled = new Set<number>()

  /** Continues from a position that did not come from a message. */
  startAt(cursor: Cursor): void {
    this.cursor = cursor
    this.since = cursor
    this.#filled.clear()
  }

  /** Processes the next message, by its position and what it says about resumption. */
  inspect(next: Cursor | undefined, resumed: boolean | undefined): Inspection {
    if (resumed === false) this.cursor = undefined
    if (resumed !== undefined) {
      if (this.cursor === undefined && next !== undefined) this.startAt(next)
      else this.#fill(next)
      return { isNews: false, resumed }
    }
    return next === undefined ? { isNews: true } : this.#advance(next)
  }

  /** Whether a heartbeat reply names a position ahead of the last message. If so, messages were lost. */
  isBehind(head: Cursor | undefined): boolean {
    const { cursor } = this
    if (typeof head !== 'object' || typeof cursor !== 'object') return false
    if (head.epoch === cursor.epoch && head.seq <= cursor.seq) return false
    this.startAt(head)
    return true
  }

  #advance(next: Cursor): Inspection {
    const previous = this.cursor
    if (typeof next === 'string' || previous === undefined || typeof previous === 'string') {
      this.cursor = next
      this.#filled.clear()
      if (typeof next === 'object') this.since = before(next)
      return { isNews: true, cursor: next }
    }
    if (next.epoch === previous.epoch && next.seq <= previous.seq) return SEEN
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
export function isPosition(value: unknown): value is Cursor {
  if (typeof value === 'string') return true
  return typeof value === 'object' && value !== null && Number.isFinite((value as { seq?: unknown }).seq)
}

function before(cursor: Exclude<Cursor, string>): Cursor {
  return { ...cursor, seq: cursor.seq - 1 }
}
