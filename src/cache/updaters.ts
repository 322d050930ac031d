import { ConfigurationError } from '../core/errors.ts'
import { draftOf, idOf, isObject, wrongData } from './rowsDraft.ts'
import type { AddOptions, ListOf, RowFor, RowOptions, UpdaterFor } from './rowTypes.ts'
import type { Updater } from './updater.ts'

/** Where the rows are, and what identifies them. */
interface RowPlace {
  by: string
  list?: string
}

function define(isIdempotent: boolean, change: Updater<unknown>): never {
  // One for each message: `Object.assign` costs several times as much.
  const updater = change as Updater<unknown> & { sharesStructure: true; isIdempotent: boolean }
  updater.sharesStructure = true
  updater.isIdempotent = isIdempotent
  return updater as never
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
 * Adds an item, or an array of items, to a list: at its end, or with `at: 'start'` at its start, in the given
 * order. In an infinite query these are the ends of the last and the first page.
 *
 * @param options `by`: skips items whose `by` is already in the list. `max`: the number of rows to keep; drops
 *   the rows furthest from the new ones. `list`: the member that holds the rows, if the data or a page is an object.
 * @throws ConfigurationError for a `max` that is not a whole number. Wrong data and items are reported as
 *   `handler-error`.
 */
export function append<Row, Data = undefined, const List extends ListOf<Data> = never>(
  items: readonly RowFor<Row, Data, List>[],
  options?: Partial<RowOptions<RowFor<Row, Data, List>, Data, List>> & AddOptions,
): UpdaterFor<Row, Data>
export function append<Row, Data = undefined, const List extends ListOf<Data> = never>(
  item: RowFor<Row, Data, List>,
  options?: Partial<RowOptions<RowFor<Row, Data, List>, Data, List>> & AddOptions,
): UpdaterFor<Row, Data>
export function append(items: unknown, options: AddOptions & { by?: string; list?: string } = {}): unknown {
  const { by, list, max, at = 'end' } = options
  checkMax('append', max)
  const added: readonly unknown[] = Array.isArray(items) ? items : [items]
  return define(by !== undefined, (data, flush) => {
    const rows = draftOf({ updater: 'append', list }, data, flush)
    if (added.includes(undefined) && by === undefined) throw wrongData('append', 'adds rows', undefined)
    const fresh = by === undefined ? added : newRows(added, by, id => rows.has({ by, id }))
    if (fresh.length > 0) {
      rows.add(fresh, at)
      rows.cap(max, at)
    }
    return rows.data
  })
}

/**
 * Replaces the row with the same `by`, or adds the item. In an infinite query it looks through all pages. It removes
 * copies of the row, such as those on overlapping pages.
 *
 * @param options `at`: where to add a new row, default `'end'`. `max`: drops the rows furthest from there.
 *   `list`: the member that holds the rows, if the data or a page is an object.
 * @throws ConfigurationError for a `max` that is not a whole number. Wrong data and items are reported as
 *   `handler-error`.
 */
export function upsert<Row, Data = undefined, const List extends ListOf<Data> = never>(
  item: RowFor<Row, Data, List>,
  options: RowOptions<RowFor<Row, Data, List>, Data, List> & AddOptions,
): UpdaterFor<Row, Data> {
  const { by, list, max, at = 'end' } = options as AddOptions & RowPlace
  checkMax('upsert', max)
  return define(true, (data, flush) => {
    const rows = draftOf({ updater: 'upsert', list }, data, flush)
    const id = idOf('upsert', item, by)
    if (!rows.replace({ by, id }, item)) rows.add([item], at)
    rows.cap(max, at)
    return rows.data
  })
}

/** See `patch`. */
export interface Patch {
  <Data extends object>(fields: NoInfer<Partial<Data>>): Updater<Data>
  <Row extends object, Data = undefined, const List extends ListOf<Data> = never>(
    fields: NoInfer<Partial<RowFor<Row, Data, List>>>,
    options: RowOptions<RowFor<Row, Data, List>, Data, List>,
  ): UpdaterFor<Row, Data, Row>
}

/**
 * Changes fields of an object or, with `by`, of the list row with the same `by` as the fields, on any page. It does
 * not add a missing row. Wrong data and fields are reported as `handler-error`.
 */
export const patch: Patch = (fields: object, options?: Partial<RowPlace>) =>
  options?.by === undefined ? patchObject(fields) : patchRow(fields, { ...options, by: options.by })

// A spread defines properties and, unlike Object.assign, cannot set a prototype.
function patchObject(fields: object): never {
  return define(true, data => {
    if (!isObject(fields)) throw wrongData('patch', 'takes an object of fields', fields)
    if (!isObject(data ?? {})) throw wrongData('patch', 'without `by` changes an object', data)
    return { ...(data as object), ...fields }
  })
}

function patchRow(fields: object, { by, list }: RowPlace): never {
  return define(true, (data, flush) => {
    const rows = draftOf({ updater: 'patch', list }, data, flush)
    const id = idOf('patch', fields, by)
    rows.change({ by, id }, row => ({ ...(row as object), ...fields }))
    return rows.data
  })
}

/**
 * Removes the row whose `by` is `id` from a list, on any page. Wrong data and an `id` of `undefined`
 * are reported as `handler-error`.
 */
export function remove<Row, Data = undefined, const List extends ListOf<Data> = never>(
  id: unknown,
  options: RowOptions<RowFor<Row, Data, List>, Data, List>,
): UpdaterFor<Row, Data, Row> {
  const { by, list } = options as RowPlace
  return define(true, (data, flush) => {
    const rows = draftOf({ updater: 'remove', list }, data, flush)
    if (id === undefined) throw wrongData('remove', `finds a row by its "${by}"`, id)
    rows.remove({ by, id })
    return rows.data
  })
}

/** The items whose `by` is not in the list yet, each once. */
function newRows(
  added: readonly unknown[],
  by: string,
  isThere: (id: unknown) => boolean,
): readonly unknown[] {
  const ids = new Set<unknown>()
  return added.filter(item => {
    const id = idOf('append', item, by)
    return !isThere(id) && !ids.has(id) && ids.add(id)
  })
}

function checkMax(updater: string, max: number | undefined): void {
  if (max === undefined || max === Infinity || (Number.isInteger(max) && max >= 0)) return
  throw new ConfigurationError(`The max of ${updater} must be a whole number from 0 on, or Infinity.`)
}
