import { type Cursor, idOf, type Message } from './envelope.ts'
import type { GapCause } from './events.ts'
import { isEqual } from './hash.ts'
import { attach, type RequestPlan } from './request.ts'
import type { TransportRequest } from './transport.ts'

/** How a connection resumes where it was cut off. */
export interface Recovery {
  /** The position of a message; `undefined` if it has none. Default: no message has one. */
  cursor?(message: Message): Cursor | undefined
  /** Adds the position to the request when reconnecting. A `protocol` or a source may use `link.cursor` instead. */
  attach?(request: TransportRequest, cursor: Cursor): TransportRequest
  /**
   * Whether this message says that the server resumed; `undefined` if it is about something else. Such a
   * message goes to `onMessage`, but not to handlers or the cache. It may have a position: its own in the
   * log, or the newest that the server has. `true`: the server always resumes, and only a skipped number means
   * otherwise.
   *
   * Over HTTP, it gets each response first, as `{ headers, sent }`. If it returns a boolean for a response, it gets no
   * messages.
   */
  resumed?: true | ((given: Message & ResumedResponse) => boolean | undefined) | undefined
  /**
   * How long the server keeps messages (ms). Silence for longer than this, from one sign of life to the next, is a gap
   * (`forgotten`), even if the server says that it resumed. It must be longer than any silence of a healthy
   * connection: than `holdTimeout`, `silenceTimeout`, and a heartbeat's `interval` plus `timeout`. Default: silence is never
   * a gap.
   */
  rememberedFor?: number | undefined
  /**
   * Whether ids are sortable: in one log, each id sorts after the earlier ones, character by character. An id that sorts before
   * the last one means that the log started over, which is a gap (`epoch`). Default `false`: ids have no order.
   */
  sortable?: boolean | undefined
  /**
   * Each subscription has a position of its own, which its subscribe frame carries, and a gap of its own. Default
   * `false`: the messages of a connection are one stream.
   */
  perSubscription?: boolean | undefined
}

/** A response, for a server that says in a header whether it resumed. */
export interface ResumedResponse {
  headers: Headers
  /** The position that the request carried; `undefined` if it had none. */
  sent: unknown
}

/** What is known when a connection opens. */
interface Opening {
  /** The attempt carried a position and the server accepted it. */
  resumed: boolean
  /** The response says that the server did not resume. */
  isRefused?: boolean
  /** Another page has opened the connection, and no position of this one was sent. */
  isJoined?: boolean
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
  /** Whether `recovery.attach` has added it to the latest request. */
  isAttached = false
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
  /** Why messages were missed since the connection was last open. */
  #missed: GapCause | undefined
  /** When the last sign of life came, by a clock that does not jump (ms). */
  #heardAt: number | undefined
  /** When the last sign of life came after which nothing earlier was missing (ms). */
  #completeAt: number | undefined

  /** Whether a position of the application's data may start the stream. Only once: the server may have rejected it. */
  get #mayStart(): boolean {
    return this.#openings === 0 && !this.#hasStart && this.cursor === undefined
  }

  /** Adds the position to resume from: where the stream was cut off, or where data that is already cached begins. */
  attachTo(
    given: TransportRequest,
    { recovery, request }: { recovery?: Recovery | undefined; request: Pick<RequestPlan, 'transport'> },
    sink: { resumePosition(): Cursor | undefined },
  ): TransportRequest {
    this.isAttached = false
    if (!recovery) return given
    const start = this.#mayStart ? sink.resumePosition() : undefined
    if (start !== undefined) {
      this.#hasStart = true
      this.#continueAt(start)
    }
    const { cursor } = this
    if (cursor === undefined || !recovery.attach || request.transport.urlScheme === undefined) return given
    const before = { ...given, headers: { ...given.headers }, protocols: [...given.protocols] }
    const attached = attach('recovery.attach', () => recovery.attach?.(given, cursor) ?? given)
    this.isAttached = !isEqual(attached, before)
    return attached
  }

  /** Whether only messages will say whether the server resumed. With `resumed: true`, it resumes only if a position was sent. */
  isDecidedLater({ resumed, attach: attaches }: Recovery = {}): boolean {
    return resumed === true ? this.isAttached || !attaches : resumed !== undefined
  }

  /** The connection is open. If the server will say in a message whether it resumed, that message decides. */
  opened(opening: Opening): GapCause | undefined {
    this.#openings++
    const gap = this.#gapOf(opening)
    this.#missed = undefined
    // The server may be in another epoch, so responses cannot be compared with the old start.
    if (gap) this.since = undefined
    return gap
  }

  #gapOf({ resumed, isRefused, isJoined, isDecidedLater }: Opening): GapCause | undefined {
    if (this.#missed) return this.#missed
    if (isJoined && resumed) return undefined
    if (isRefused && isJoined) {
      const isGap = this.#openings > 1 || this.cursor !== undefined
      this.cursor = undefined
      return isGap ? 'reconnect' : undefined
    }
    // A first request without a position has nothing to resume.
    if (isRefused && (this.#openings > 1 || this.isAttached)) return this.#resume(undefined, false).gap
    const isUndecided = isDecidedLater && this.cursor !== undefined
    return this.#openings === 1 || resumed || isUndecided ? undefined : 'reconnect'
  }

  /** The next message has this position, if it is one, and says this about resumption. */
  message(given: unknown, resumed: boolean | undefined, isSortable = false): Inspection {
    const next = isPosition(given) ? given : undefined
    const isFirst = this.since === undefined && this.#openings === 1 && !this.#hasStart
    const isBack = isSortable && isBefore(next, this.cursor)
    if (isBack) this.#startOver()
    const inspection = resumed === undefined ? this.#advance(next) : this.#resume(next, resumed)
    if (isBack) return { gap: 'epoch', ...inspection }
    const isBegin = isFirst && this.since !== undefined && !inspection.gap
    return isBegin ? { ...inspection, begin: this.since } : inspection
  }

  /** A heartbeat reply names the newest position. Messages before it that did not arrive were lost. */
  heartbeat(head: unknown): GapCause | undefined {
    const { cursor } = this
    if (!isPosition(head) || typeof head !== 'object' || typeof cursor !== 'object') return undefined
    if (head.epoch === cursor.epoch && head.seq <= cursor.seq) return undefined
    this.#continueAt(withId(head, cursor))
    return 'sequence'
  }

  /**
   * A sign of life arrived. After a silence of more than `rememberedFor` (ms), the server may have dropped messages.
   * `isStable`: the connection has been open long enough for missed messages to have arrived.
   */
  heard(now: number, rememberedFor: number, isStable: boolean): GapCause | undefined {
    const isGap = now - (this.#heardAt ?? now) > rememberedFor
    if (isGap || isStable) this.#completeAt = now
    this.#completeAt ??= now
    this.#heardAt = now
    return isGap ? 'forgotten' : undefined
  }

  /** A response on an open connection says that the server did not resume. */
  refused(): GapCause {
    this.#startOver()
    return 'refused'
  }

  /** The connection ended, maybe before it delivered the missed messages. */
  lost(): void {
    this.#heardAt = this.#completeAt
  }

  /** No silence counts until the next sign of life. */
  forgetSilence(): void {
    this.#heardAt = this.#completeAt = undefined
  }

  /**
   * Messages were missed, and the connection is not open. The next opening reports the first cause: an earlier refetch would
   * miss the messages in between.
   */
  missed(cause: GapCause): void {
    this.#missed ??= cause
  }

  #continueAt(cursor: Cursor): void {
    this.cursor = cursor
    this.since = cursor
    this.#filled.clear()
  }

  /** The server is in another log, so nothing can be compared with the old position. */
  #startOver(): void {
    this.cursor = this.since = undefined
    this.#filled.clear()
  }

  #resume(next: Cursor | undefined, resumed: boolean): Inspection {
    if (!resumed) this.#startOver()
    if (this.cursor === undefined && next !== undefined) this.#continueAt(next)
    else this.#fill(next)
    // On the first opening, too, a server may say that it could not resume.
    const isGap = !resumed && (this.#openings > 1 || this.#hasStart)
    return isGap ? { isNews: false, gap: 'refused' } : NO_NEWS
  }

  #advance(next: Cursor | undefined): Inspection {
    if (next === undefined) return NEWS
    const previous = this.cursor
    if (typeof next === 'string') {
      // An id says nothing about the numbers of other messages.
      this.cursor = typeof previous === 'object' ? { ...previous, id: next } : next
      return { isNews: true, cursor: next }
    }
    if (typeof previous !== 'object') {
      this.#continueAt(withId(next, previous))
      this.since = before(next)
      return { isNews: true, cursor: next }
    }
    if (next.epoch === previous.epoch && next.seq <= previous.seq) return NO_NEWS
    this.cursor = withId(next, previous)
    const isSameEpoch = next.epoch === previous.epoch
    const follows = isSameEpoch && this.#isFilled(previous.seq, next.seq)
    for (const seq of this.#filled) if (!isSameEpoch || seq <= next.seq) this.#filled.delete(seq)
    if (follows) {
      this.since ??= before(next)
      return { isNews: true, cursor: next }
    }
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

/** Numbers with the last id, unless they have one of their own. */
function withId(next: Exclude<Cursor, string>, previous: Cursor | undefined): Cursor {
  const id = next.id ?? idOf(previous)
  return id === undefined ? next : { ...next, id }
}

function isBefore(next: Cursor | undefined, previous: Cursor | undefined): boolean {
  const [id, last] = [idOf(next), idOf(previous)]
  return id !== undefined && last !== undefined && id < last
}

function before(cursor: Exclude<Cursor, string>): Cursor {
  return { ...cursor, seq: cursor.seq - 1 }
}
