import type { Message } from '../../src/core/envelope.ts'

export interface Row {
  id: string
  n: number
}

/** An entity with a version. */
export interface Entity {
  version: number
  n: number
}

/** A list with its position in the server's log. */
export interface Journal {
  epoch: number
  seq: number
  lines: number[]
}

/** One change in the server's log. */
export type Change =
  | { type: 'entity'; params: { k: number }; response: Entity }
  | { type: 'row.changed'; params: null; response: Row }
  | { type: 'row.removed'; params: null; response: string }
  | { type: 'note'; params: null; response: Row }
  | { type: 'line'; params: null; response: number }
  | { type: 'quote'; params: { k: number }; response: number }

export type Entry = Message & { epoch: number; seq: number }

/** The server's state, and the log of how it got there. */
export class ModelServer {
  readonly rows = new Map<string, Row>()
  readonly notes: Row[] = []
  readonly quotes = new Map<number, number>()
  /** The quotes that are being read: no others are sent. */
  readonly wanted = new Set<number>()
  epoch = 1
  log: Entry[] = []
  /** The number of changes, over all epochs. */
  age = 0
  /** Every state that an entity has had, and the journal, because a replica may lag behind. */
  readonly #entities = new Map<number, Entity[]>()
  readonly #journals: Journal[] = [{ epoch: 1, seq: 0, lines: [] }]

  get head(): { epoch: number; seq: number } {
    return { epoch: this.epoch, seq: this.log.length }
  }

  change(change: Change): Entry {
    this.age++
    if (change.type === 'entity') this.#states(change.params.k).push(change.response)
    if (change.type === 'row.changed') this.rows.set(change.response.id, change.response)
    if (change.type === 'row.removed') this.rows.delete(change.response)
    if (change.type === 'note') this.notes.push(change.response)
    if (change.type === 'quote') this.quotes.set(change.params.k, change.response)
    const entry = { ...change, epoch: this.epoch, seq: this.log.length + 1 }
    this.log.push(entry)
    this.#keepJournal(change.type === 'line' ? [change.response] : [])
    return entry
  }

  /** A restart that loses the log: earlier cursors mean nothing. */
  forget(): void {
    this.epoch++
    this.log = []
    this.wanted.clear()
    this.#keepJournal([])
  }

  /** The messages after a cursor; `undefined` if the log does not know it. */
  since(cursor: { epoch: number; seq: number } | undefined): Entry[] | undefined {
    if (cursor?.epoch !== this.epoch) return undefined
    return this.log.slice(cursor.seq)
  }

  /** An entry as it is sent: only its number, for a quote that is not being read. */
  toMessage(entry: Entry): Entry {
    const isWanted = entry.type !== 'quote' || this.wanted.has((entry.params as { k: number }).k)
    return isWanted ? entry : { ...entry, type: 'skipped', params: null, response: null }
  }

  /** The response to a request for a key, if it is looked up now. */
  read(key: readonly unknown[]): unknown {
    if (key[0] === 'entity') return this.#states((key[1] as { k: number }).k).at(-1)
    if (key[0] === 'rows') return [...this.rows.values()]
    if (key[0] === 'journal') return this.#journals.at(-1)
    if (key[0] === 'quote') return this.quotes.get((key[1] as { k: number }).k) ?? 0
    return [...this.notes]
  }

  /**
   * The response of a replica that lags behind by this many changes; `undefined` for data that must not be
   * read from a replica.
   */
  readBehind(key: readonly unknown[], by: number): unknown {
    if (key[0] === 'journal') return this.#journals.at(-1 - by)
    return key[0] === 'entity' ? this.#states((key[1] as { k: number }).k).at(-1 - by) : undefined
  }

  #states(k: number): Entity[] {
    const states = this.#entities.get(k) ?? [{ version: 0, n: 0 }]
    this.#entities.set(k, states)
    return states
  }

  #keepJournal(added: number[]): void {
    const lines = [...(this.#journals.at(-1)?.lines ?? []), ...added]
    this.#journals.push({ ...this.head, lines })
  }
}
