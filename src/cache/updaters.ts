import { ownedIn } from './ownedLists.ts'

/** A pure change of cached data. `flush` stands for the running flush: what it has copied already is not copied again. */
export interface Updater<Data> {
  (data: Data | undefined, flush?: object): Data | undefined
  /** It keeps the identity of what it does not change, so comparing old and new data is wasted work. */
  readonly sharesStructure?: true
  /** Applying it twice gives what applying it once gives. */
  readonly isIdempotent?: boolean
  /** It stands for a value: what it gives is complete, even of nothing. */
  readonly isWhole?: true
}

/** The name of the property that tells rows apart. */
export type RowKey<Row> = keyof Row & string

function define<Data>(isIdempotent: boolean, change: Updater<Data>): Updater<Data> {
  return Object.assign(change, { sharesStructure: true as const, isIdempotent })
}

/**
 * Adds an item, or an array of items, to the end of a list.
 *
 * @param options `by`: an item whose `by` is in the list already is not added again. `max`: the oldest rows above this go.
 */
export function append<Row>(
  items: Row | readonly Row[],
  { by, max }: { by?: RowKey<Row>; max?: number } = {},
): Updater<readonly Row[]> {
  const added = Array.isArray(items) ? (items as readonly Row[]) : [items as Row]
  return define(by !== undefined, (list, flush) => {
    const owned = ownedIn(flush)
    const fresh = by === undefined ? added : newRows(added, by, id => list && owned.find(list, by, id) >= 0)
    if (list && fresh.length === 0) return list
    const rows = owned.writable(list)
    for (const item of fresh) owned.put(rows, rows.length, item)
    owned.cap(rows, max, 'end')
    return rows
  })
}

/**
 * Puts an item in the place of the row with the same `by`, or adds it.
 *
 * @param options `at`: where a new row goes, default `'end'`. `max`: the rows furthest from there go.
 */
export function upsert<Row>(
  item: Row,
  { by, max, at = 'end' }: { by: RowKey<Row>; max?: number; at?: 'start' | 'end' },
): Updater<readonly Row[]> {
  return define(true, (list, flush) => {
    const owned = ownedIn(flush)
    const rows = owned.writable(list)
    const place = owned.find(rows, by, item[by])
    if (place < 0 && at === 'start') owned.unshift(rows, item)
    else owned.put(rows, place < 0 ? rows.length : place, item)
    owned.cap(rows, max, at)
    return rows
  })
}

/** See `patch`. */
export interface Patch {
  <Fields extends object>(fields: Fields): Updater<Fields>
  <Row extends object>(fields: Partial<Row>, options: { by: RowKey<Row> }): Updater<readonly Row[]>
}

/**
 * Changes fields of an object; with `by`, of the row of a list whose `by` the fields name. A row that is not there is
 * not added.
 */
export const patch: Patch = (fields: object, { by }: { by?: string } = {}) =>
  (by === undefined ? patchObject(fields) : patchRow(fields as Record<string, unknown>, by)) as never

// A spread defines properties and, unlike Object.assign, cannot set a prototype.
function patchObject(fields: object): Updater<object> {
  return define(true, data => ({ ...data, ...fields }))
}

function patchRow(fields: Record<string, unknown>, by: string): Updater<readonly Record<string, unknown>[]> {
  return define(true, (list = [], flush) => {
    const owned = ownedIn(flush)
    const place = owned.find(list, by, fields[by])
    if (place < 0) return list
    const rows = owned.writable(list)
    owned.put(rows, place, { ...rows[place], ...fields })
    return rows
  })
}

/** Takes the row whose `by` is `id` out of a list. */
export function remove<Row>(id: unknown, { by }: { by: RowKey<Row> }): Updater<readonly Row[]> {
  return define(true, (list = [], flush) => {
    const owned = ownedIn(flush)
    const place = owned.find(list, by, id)
    if (place < 0) return list
    const rows = owned.writable(list)
    owned.remove(rows, place)
    return rows
  })
}

/** Those whose `by` is not there already, each once. */
function newRows<Row>(
  added: readonly Row[],
  by: RowKey<Row>,
  isThere: (id: unknown) => boolean | undefined,
): readonly Row[] {
  const ids = new Set<unknown>()
  return added.filter(({ [by]: id }) => !isThere(id) && !ids.has(id) && ids.add(id))
}
