import type { Message } from '../../src/core/envelope.ts'

export interface Row {
  id: string
  n: number
}

/** One change, as the server's log keeps it. */
export type Change =
  | { type: 'entity'; params: { k: number }; response: number }
  | { type: 'row.changed'; params: null; response: Row }
  | { type: 'row.removed'; params: null; response: string }
  | { type: 'note'; params: null; response: Row }

export type Entry = Message & { epoch: number; seq: number }

/** What the server has, and the log of how it came to that. */
export class ModelServer {
  readonly entities = new Map<number, number>()
  readonly rows = new Map<string, Row>()
  readonly notes: Row[] = []
  epoch = 1
  log: Entry[] = []

  get head(): { epoch: number; seq: number } {
    return { epoch: this.epoch, seq: this.log.length }
  }

  change(change: Change): Entry {
    if (change.type === 'entity') this.entities.set(change.params.k, change.response)
    if (change.type === 'row.changed') this.rows.set(change.response.id, change.response)
    if (change.type === 'row.removed') this.rows.delete(change.response)
    if (change.type === 'note') this.notes.push(change.response)
    const entry = { ...change, epoch: this.epoch, seq: this.log.length + 1 }
    this.log.push(entry)
    return entry
  }

  /** A restart without memory of its log: cursors of before mean nothing. */
  forget(): void {
    this.epoch++
    this.log = []
  }

  /** What is missing after a cursor; `undefined` where the log does not say. */
  since(cursor: { epoch: number; seq: number } | undefined): Entry[] | undefined {
    if (cursor?.epoch !== this.epoch) return undefined
    return this.log.slice(cursor.seq)
  }

  /** What a request for a key is answered with, if it is looked up now. */
  read(key: readonly unknown[]): unknown {
    if (key[0] === 'entity') return this.entities.get((key[1] as { k: number }).k) ?? 0
    if (key[0] === 'rows') return [...this.rows.values()]
    return [...this.notes]
  }
}
