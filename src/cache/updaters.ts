import { ConfigurationError } from '../core/errors.ts'
import type { ConnectionEvent } from '../core/events.ts'

/**
 * A pure change of cached data. `flush` identifies the running flush: what it has copied already is not
 * copied again.
 */
export interface Updater<Data, Given = Data> {
  (data: Given | undefined, flush?: object): Data | undefined
  /** It keeps the identity of what it does not change, so there is no need to compare old and new data. */
  readonly sharesStructure?: true
  /** Applying it twice gives the same result as applying it once. */
  readonly isIdempotent?: boolean
  /** It stands for a value: its result is complete, even for missing data. */
  readonly isReplacement?: true
}

/** How a message changes the data of one query: by an updater, or by a value that replaces the data. */
export interface Change {
  updater: Updater<unknown> | undefined
  value: unknown
  /** The message's type, for the report of an updater that throws. */
  type: string
  hasFailed: boolean
  /** Its query is subscribed. It has no other data than its messages, and a fetch that is running waits for this one. */
  isSubscribed: boolean
  report(event: ConnectionEvent): void
}

/** The property that identifies rows. */
export type RowKey<Row> = [keyof Row] extends [never] ? string : keyof Row & string

function define<Data>(isIdempotent: boolean, change: Updater<Data>): Updater<Data> {
  // One for each message: `Object.assign` costs several times as much.
  const updater = change as Updater<Data> & { sharesStructure: true; isIdempotent: boolean }
  updater.sharesStructure = true
  updater.isIdempotent = isIdempotent
  return updater
}

/** The same for lists. It takes and returns mutable arrays, as most caches hold them, but changes none in place. */
function defineForLists<Row, Given = Row>(
  isIdempotent: boolean,
  change: Updater<readonly Row[]>,
): Updater<Row[], readonly Given[]> {
  return define(isIdempotent, change) as unknown as Updater<Row[], readonly Given[]>
}

/**
 * Marks your own function as safe to apply again over an older response: applying it twice gives the same
 * result as applying it once. If such an update arrives during a fetch of its query, it is also applied to the
 * response. Without the mark, the query is fetched once more instead.
 *
 * ```ts
 * cache.setQueryData<Room>(['room', id], idempotent(room => room && { ...room, isOpen: false }))
 * ```
 */
export function idempotent<Data, Given = Data>(
  updater: (data: Given | undefined) => Data | undefined,
): Updater<Data, Given> {
  const copy: Updater<Data, Given> = (data, flush) => (updater as Updater<Data, Given>)(data, flush)
  return Object.assign(copy, updater, { isIdempotent: true })
}

/**
 * Adds an item, or an array of items, to the end of a list.
 *
 * @param options `by`: skips items whose `by` is already in the list. `max`: drops the oldest rows above this
 *   number.
 * @throws ConfigurationError for a `max` that is not a whole number. Wrong data and items are reported as
 *   `handler-error`.
 */
export function append<Row>(
  items: Row | readonly Row[],
  { by, max }: { by?: RowKey<Row>; max?: number } = {},
): Updater<Row[], readonly unknown[]> {
  checkMax('append', max)
  const added = Array.isArray(items) ? (items as readonly Row[]) : [items as Row]
  return defineForLists<Row, unknown>(by !== undefined, (data, flush) => {
    const draft = draftOf('append', data, flush)
    if (added.includes(undefined as Row) && by === undefined) throw wrong('append', 'adds rows', undefined)
    const fresh = by === undefined ? added : newRows(added, by, id => draft.find(by, id) >= 0)
    for (const item of fresh) draft.set(draft.rows.length, item)
    if (fresh.length > 0) draft.cap(max, 'end')
    return draft.rows
  })
}

/**
 * Replaces the row with the same `by`, or adds the item.
 *
 * @param options `at`: where to add a new row, default `'end'`. `max`: drops the rows furthest from there.
 * @throws ConfigurationError for a `max` that is not a whole number. Wrong data and items are reported as
 *   `handler-error`.
 */
export function upsert<Row>(
  item: Row,
  { by, max, at = 'end' }: { by: RowKey<Row>; max?: number; at?: 'start' | 'end' },
): Updater<Row[], readonly unknown[]> {
  checkMax('upsert', max)
  return defineForLists<Row, unknown>(true, (data, flush) => {
    const draft = draftOf('upsert', data, flush)
    const place = draft.find(by, idOf('upsert', item, by))
    if (place < 0 && at === 'start') draft.unshift(item)
    else draft.set(place < 0 ? draft.rows.length : place, item)
    draft.cap(max, at)
    return draft.rows
  })
}

/** See `patch`. */
export interface Patch {
  <Data extends object>(fields: NoInfer<Partial<Data>>): Updater<Data>
  <Row extends object>(
    fields: NoInfer<Partial<Row>>,
    options: { by: NoInfer<RowKey<Row>> },
  ): Updater<Row[], readonly Row[]>
}

/**
 * Changes fields of an object or, with `by`, of the list row with the same `by` as the fields. A missing row
 * is not added. Wrong data and fields are reported as `handler-error`.
 */
export const patch: Patch = (fields: object, { by }: { by?: string } = {}) =>
  (by === undefined ? patchObject(fields) : patchRow(fields as Record<string, unknown>, by)) as never

// A spread defines properties and, unlike Object.assign, cannot set a prototype.
function patchObject(fields: object): Updater<object> {
  return define(true, data => {
    if (!isObject(fields)) throw wrong('patch', 'takes an object of fields', fields)
    if (!isObject(data ?? {})) throw wrong('patch', 'without `by` changes an object', data)
    return { ...data, ...fields }
  })
}

function patchRow(fields: Record<string, unknown>, by: string): Updater<readonly Record<string, unknown>[]> {
  return define(true, (data, flush) => {
    const draft = draftOf('patch', data, flush)
    const place = draft.find(by, idOf('patch', fields, by))
    if (place >= 0) draft.set(place, { ...draft.rows[place], ...fields })
    return draft.rows
  })
}

/**
 * Removes the row whose `by` is `id` from a list. Wrong data and an `id` of `undefined` are reported as
 * `handler-error`.
 */
export function remove<Row>(id: unknown, { by }: { by: RowKey<Row> }): Updater<Row[], readonly Row[]> {
  return defineForLists<Row>(true, (data, flush) => {
    const draft = draftOf('remove', data, flush)
    if (id === undefined) throw wrong('remove', `finds a row by its "${by}"`, id)
    const place = draft.find(by, id)
    if (place >= 0) draft.remove(place)
    return draft.rows
  })
}

/** The items whose `by` is not in the list yet, each once. */
function newRows<Row>(
  added: readonly Row[],
  by: RowKey<Row>,
  isThere: (id: unknown) => boolean | undefined,
): readonly Row[] {
  const ids = new Set<unknown>()
  return added.filter(item => {
    const id = idOf('append', item, by)
    return !isThere(id) && !ids.has(id) && ids.add(id)
  })
}

function idOf(updater: string, row: unknown, by: string): unknown {
  const id = isObject(row) ? row[by] : undefined
  if (id === undefined) throw wrong(updater, `with \`by\` takes objects with a member "${by}"`, row)
  return id
}

function checkMax(updater: string, max: number | undefined): void {
  if (max === undefined || max === Infinity || (Number.isInteger(max) && max >= 0)) return
  throw new ConfigurationError(`The max of ${updater} must be a whole number from 0 on, or Infinity.`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Describes what was found only by its kind: errors contain no data. */
function wrong(updater: string, rule: string, found: unknown): ConfigurationError {
  const type = typeof found
  const kind = Array.isArray(found) ? 'a list' : type === 'object' ? 'an object' : `a ${type}`
  const name = found === undefined || found === null ? String(found) : kind
  return new ConfigurationError(`${updater} ${rule}, and found ${name}.`)
}

/** The number of searches of one list from which an index pays off: building one costs about as much. */
const SEARCHES = 50

/** What updaters keep in the object that identifies a flush: the lists that it has copied. */
interface Flush {
  drafts?: WeakMap<object, Draft<unknown>>
}

/** The draft of a cached list. */
function draftOf<Row>(
  updater: string,
  data: readonly Row[] | null | undefined,
  flush: Flush = {},
): Draft<Row> {
  if (!Array.isArray(data ?? [])) throw wrong(updater, 'changes a list', data)
  const list = (data ?? []) as Row[]
  const drafts = (flush.drafts ??= new WeakMap())
  return (drafts.get(list) as Draft<Row> | undefined) ?? new Draft(list, drafts)
}

/**
 * A list in one flush. The first change copies it, and the copy is changed in place: many updates of one list
 * cost one copy. After many searches it has an index.
 */
class Draft<Row> {
  rows: Row[]
  readonly #drafts: WeakMap<object, Draft<unknown>>
  #isCopied = false
  #searches = 0
  #by = ''
  /** Where rows were when they were indexed, by id. Since then all have moved towards the start by `#shift`. */
  #places: Map<unknown, number> | undefined
  #shift = 0

  constructor(list: Row[], drafts: WeakMap<object, Draft<unknown>>) {
    this.rows = list
    this.#drafts = drafts
  }

  /** The index of the first row whose `by` is `id`, or -1. */
  find(by: string, id: unknown): number {
    const places = this.#isCopied ? this.#index(by) : undefined
    if (!places) return this.#search(by, id)
    const noted = places.get(id)
    if (noted === undefined) return -1
    if (this.#idAt(noted - this.#shift) === id) return noted - this.#shift
    // That row has left the list at one of its ends; another may have the same id.
    const place = this.#search(by, id)
    if (place < 0) places.delete(id)
    else places.set(id, place + this.#shift)
    return place
  }

  /** Sets the row at an index, which may be the end. */
  set(place: number, row: Row): void {
    this.#copy()
    this.rows[place] = row
    if (this.#places) this.#note(place)
  }

  /** Adds a row at the start. */
  unshift(row: Row): void {
    this.#copy()
    this.rows.unshift(row)
    this.#shift--
    if (this.#places) this.#note(0)
  }

  /** Keeps the `max` rows at one end. */
  cap(max = Infinity, at: 'start' | 'end'): void {
    const extra = this.rows.length - max
    if (extra <= 0) return
    if (at === 'start') {
      this.rows.length = max
      return
    }
    // Several times as fast as a splice, and the usual case.
    if (extra === 1) this.rows.shift()
    else this.rows.splice(0, extra)
    this.#shift += extra
  }

  /** Removes a row. */
  remove(place: number): void {
    this.#copy()
    this.rows.splice(place, 1)
    this.#places = undefined
    this.#searches = 0
  }

  #copy(): void {
    if (this.#isCopied) return
    this.#isCopied = true
    this.rows = [...this.rows]
    this.#drafts.set(this.rows, this)
  }

  #index(by: string): Map<unknown, number> | undefined {
    if (this.#places && this.#by === by) return this.#places
    if (++this.#searches < SEARCHES) return undefined
    this.#places = new Map()
    this.#by = by
    this.#shift = 0
    for (let place = 0; place < this.rows.length; place++) this.#note(place)
    return this.#places
  }

  /** Adds a row to the index. Among rows with the same id, the first counts. */
  #note(place: number): void {
    const id = this.#idAt(place)
    const noted = this.#places?.get(id)
    if (noted === undefined || this.#idAt(noted - this.#shift) !== id)
      this.#places?.set(id, place + this.#shift)
  }

  #idAt(place: number): unknown {
    return (this.rows[place] as Record<string, unknown> | undefined)?.[this.#by]
  }

  #search(by: string, id: unknown): number {
    // Rows may be anything that a server sends.
    return this.rows.findIndex(row => (row as Record<string, unknown> | null | undefined)?.[by] === id)
  }
}
