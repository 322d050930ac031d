import type { ConnectionDriverOptions } from '../../src/core/connectionPorts.ts'
import { cursorInQuery } from '../../src/core/cursors.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { durableStreams } from '../../src/engines/durableStreams.ts'

/**
 * How a server resumes. One that drops messages does so without a word, or says it in a header. One that keeps all has sortable ids, but
 * its log may be replaced by another; it may number its messages, too.
 */
export type Manner = 'silent' | 'header' | 'sortable' | 'numbered'

/** How long the server keeps a message (ms). */
export const RETENTION = 20_000
/** A link that is silent for so long is given up (ms). */
export const SILENCE = 3_000

const byId: Recovery = { cursor: ({ id }) => id, attach: cursorInQuery('after') }
const { recovery, parse } = durableStreams.events()

/** What a client of the server needs. */
export const CLIENTS: Record<Manner, Pick<ConnectionDriverOptions, 'recovery' | 'parse'>> = {
  silent: { recovery: { ...byId, resumed: true, rememberedFor: RETENTION - SILENCE } },
  header: { recovery: { ...byId, resumed: ({ headers, sent }) => headers.get('from') === sent } },
  sortable: { recovery, parse },
  numbered: { recovery, parse },
}

/** What the server sends. */
export interface Sent {
  /** The name of the event. */
  event?: string
  data: unknown
}

/** A message without a position. */
interface Content {
  type: string
  response: unknown
}

/** So large that a log of half the size is never caught up with. */
const HISTORY = 2 ** 50

/** The messages that a server still has. */
export class SilentLossLog {
  readonly #manner: Manner
  readonly #now: () => number
  #entries: { end: number; at: number; sent: Sent }[] = []
  /** The end of the newest message that there ever was. */
  #head = 0
  #epoch = 0
  #seq = 0

  constructor(manner: Manner, now: () => number) {
    this.#manner = manner
    this.#now = now
    if (this.#isDurable) this.#head = HISTORY
  }

  /** Whether it keeps everything. */
  get #isDurable(): boolean {
    return this.#manner === 'sortable' || this.#manner === 'numbered'
  }

  /** Appends a message. Returns what the server sends to those who have read all before it. */
  publish(content: Content, size = 1): readonly Sent[] {
    this.#head += size
    this.#seq++
    const sent = this.#write(content)
    this.#entries = [...this.#kept(), { end: this.#head, at: this.#now(), sent }]
    return [sent, ...this.#control()]
  }

  /** A sign that the channel is alive. One that keeps everything keeps this, too, and says again where the log goes on. */
  beat(): readonly Sent[] {
    const content = { type: 'beat', response: null }
    return this.#isDurable ? [...this.publish(content), ...this.#control()] : [{ data: content }]
  }

  /** Resumes a request: what it has missed, and the headers of the response. */
  resume(url: string): { missed: readonly Sent[]; headers: Headers } {
    const { searchParams } = new URL(url)
    const after = searchParams.get(this.#isDurable ? 'offset' : 'after')
    const missed = after === null ? [] : this.#kept().filter(({ end }) => end > Number(after))
    const isComplete = after !== null && missed.length === this.#head - Number(after)
    return {
      missed: [...missed.map(({ sent }) => sent), ...this.#control()],
      headers: new Headers(this.#manner === 'header' ? { from: isComplete ? after : 'earliest' } : {}),
    }
  }

  /** Another log takes its name. It is half as long, or has the same length. */
  replace(first: Content, { isShorter, isNewEpoch }: { isShorter: boolean; isNewEpoch: boolean }): void {
    const length = isShorter ? Math.floor(this.#head / 2) : this.#head
    if (isNewEpoch) {
      this.#epoch++
      this.#seq = 0
    }
    this.#entries = []
    this.#head = 0
    this.publish(first, length)
  }

  #write(content: Content): Sent {
    if (!this.#isDurable) return { data: { ...content, id: String(this.#head) } }
    const numbers = this.#manner === 'numbered' && { epoch: this.#epoch, seq: this.#seq }
    return { event: 'data', data: [{ ...content, ...numbers }] }
  }

  /** After each batch, Durable Streams say where the log goes on. */
  #control(): readonly Sent[] {
    if (!this.#isDurable) return []
    const streamNextOffset = String(this.#head).padStart(16, '0')
    return [{ event: 'control', data: { streamNextOffset, upToDate: true } }]
  }

  #kept() {
    return this.#isDurable ? this.#entries : this.#entries.filter(({ at }) => this.#now() - at < RETENTION)
  }
}
