import type { Message } from './envelope.ts'
import type { GapCause } from './events.ts'
import type { TransportRequest } from './transport.ts'

/** A position in the server's log: a number that counts by one within an `epoch`, or an opaque id. */
export type Cursor = string | { epoch?: string | number | undefined; seq: number }

/** How a connection goes on where it was cut off. */
export interface Recovery {
  /** The position of a message; `undefined` for one that has none. */
  cursor(message: Message): Cursor | undefined
  /** Tells the server the position on reopening. */
  attach(request: TransportRequest, cursor: Cursor): TransportRequest
  /** Whether this message says that the server resumed; `undefined`: it is not about that. One that answers is not dispatched. */
  resumed?(message: Message): boolean | undefined
}

/** What a message means for the position. */
export interface Inspection {
  /** Whether it is to be dispatched: not when it was seen already, or only answers `resumed`. */
  isNews: boolean
  resumed?: boolean | undefined
  gap?: GapCause
  cursor?: Cursor | undefined
}

const SEEN: Inspection = { isNews: false }

/** Follows the position of one connection across its attempts. */
export class RecoveryTracker {
  cursor: Cursor | undefined
  /** From where on everything came without a hole; `undefined` until there is a position to say it by. */
  since: Cursor | undefined

  /** Goes on from a position that something else than a message has named. */
  startAt(cursor: Cursor): void {
    this.cursor = cursor
    this.since = cursor
  }

  inspect(message: Message, recovery: Recovery): Inspection {
    const resumed = recovery.resumed?.(message)
    if (resumed === false) this.cursor = undefined
    const next = recovery.cursor(message)
    if (resumed !== undefined) {
      if (this.cursor === undefined && next !== undefined) this.startAt(next)
      return { isNews: false, resumed }
    }
    return next === undefined ? { isNews: true } : this.#advance(next)
  }

  /** Whether a heartbeat's reply names a head of the stream that is further on than what came: something was lost. */
  isBehind(reply: Message, recovery: Recovery): boolean {
    const head = recovery.cursor(reply)
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
      if (typeof next === 'object') this.since = before(next)
      return { isNews: true, cursor: next }
    }
    if (next.epoch === previous.epoch && next.seq <= previous.seq) return SEEN
    this.cursor = next
    if (next.epoch === previous.epoch && next.seq === previous.seq + 1) return { isNews: true, cursor: next }
    this.since = before(next)
    return { isNews: true, cursor: next, gap: next.epoch === previous.epoch ? 'sequence' : 'epoch' }
  }
}

function before(cursor: Exclude<Cursor, string>): Cursor {
  return { ...cursor, seq: cursor.seq - 1 }
}
