import { ConfigurationError } from '../core/errors.ts'
import { ownedIn } from './drafts.ts'

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

/** The property that identifies rows. */
export type RowKey<Row> = [keyof Row] extends [never] ? string : keyof Row & string

function define<Data>(isIdempotent: boolean, change: Updater<Data>): Updater<Data> {
  return Object.assign(change, { sharesStructure: true as const, isIdempotent })
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
    const list = listIn('append', data)
    const owned = ownedIn(flush)
    if (added.includes(undefined as Row) && by === undefined) throw wrong('append', 'adds rows', undefined)
    const fresh = by === undefined ? added : newRows(added, by, id => list && owned.find(list, by, id) >= 0)
    if (list && fresh.length === 0) return list
    const rows = owned.writable(list)
    for (const item of fresh) owned.put(rows, rows.length, item)
    owned.cap(rows, max, 'end')
    return rows
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
    const list = listIn('upsert', data)
    const id = idOf('upsert', item, by)
    const owned = ownedIn(flush)
    const rows = owned.writable(list)
    const place = owned.find(rows, by, id)
    if (place < 0 && at === 'start') owned.unshift(rows, item)
    else owned.put(rows, place < 0 ? rows.length : place, item)
    owned.cap(rows, max, at)
    return rows
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
    const list = listIn('patch', data) ?? []
    const id = idOf('patch', fields, by)
    const owned = ownedIn(flush)
    const place = owned.find(list, by, id)
    if (place < 0) return list
    const rows = owned.writable(list)
    owned.put(rows, place, { ...rows[place], ...fields })
    return rows
  })
}

/**
 * Removes the row whose `by` is `id` from a list. Wrong data and an `id` of `undefined` are reported as
 * `handler-error`.
 */
export function remove<Row>(id: unknown, { by }: { by: RowKey<Row> }): Updater<Row[], readonly Row[]> {
  return defineForLists<Row>(true, (data, flush) => {
    const list = listIn('remove', data) ?? []
    if (id === undefined) throw wrong('remove', `finds a row by its "${by}"`, id)
    const owned = ownedIn(flush)
    const place = owned.find(list, by, id)
    if (place < 0) return list
    const rows = owned.writable(list)
    owned.remove(rows, place)
    return rows
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

/** The cached list; `undefined` if there is none yet. */
function listIn<Row>(updater: string, data: readonly Row[] | null | undefined): readonly Row[] | undefined {
  if (data === undefined || data === null) return undefined
  if (!Array.isArray(data)) throw wrong(updater, 'changes a list', data)
  return data as readonly Row[]
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
