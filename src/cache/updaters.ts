/**
 * A pure change of cached data. `owned` holds the copies that the running flush has made: these may be changed in place,
 * so that many updates of one list in one flush cost one copy.
 */
export interface Updater<Data> {
  (data: Data | undefined, owned?: WeakSet<object>): Data | undefined
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

/** The list itself if this flush made it, else a copy that it then owns. */
function writable<Row>(list: readonly Row[] | undefined, owned: WeakSet<object> | undefined): Row[] {
  if (list && owned?.has(list)) return list as Row[]
  const copy = list ? [...list] : []
  owned?.add(copy)
  return copy
}

/** Keeps the newest `max` rows: those at the end, or at the start if that is where rows come in. */
function cap<Row>(rows: Row[], max: number | undefined, at: 'start' | 'end'): Row[] {
  if (max === undefined || rows.length <= max) return rows
  if (at === 'start') rows.length = max
  else rows.splice(0, rows.length - max)
  return rows
}

function find<Row>(list: readonly Row[], by: RowKey<Row>, id: unknown): number {
  return list.findIndex(row => row[by] === id)
}

function newRows<Row>(added: readonly Row[], list: readonly Row[], by: RowKey<Row>): Row[] {
  const fresh: Row[] = []
  for (const item of added) {
    if (find(list, by, item[by]) < 0 && find(fresh, by, item[by]) < 0) fresh.push(item)
  }
  return fresh
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
  return define(by !== undefined, (list, owned) => {
    const fresh = by === undefined ? added : newRows(added, list ?? [], by)
    if (list && fresh.length === 0) return list
    const rows = writable(list, owned)
    for (const item of fresh) rows.push(item)
    return cap(rows, max, 'end')
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
  return define(true, (list, owned) => {
    const rows = writable(list, owned)
    const index = find(rows, by, item[by])
    if (index >= 0) rows[index] = item
    else if (at === 'start') rows.unshift(item)
    else rows.push(item)
    return cap(rows, max, at)
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
  return define(true, (list, owned) => {
    const index = list ? find(list, by, fields[by]) : -1
    if (index < 0) return list ?? []
    const rows = writable(list, owned)
    rows[index] = { ...rows[index], ...fields }
    return rows
  })
}

/** Takes the row whose `by` is `id` out of a list. */
export function remove<Row>(id: unknown, { by }: { by: RowKey<Row> }): Updater<readonly Row[]> {
  return define(true, (list, owned) => {
    const index = list ? find(list, by, id) : -1
    if (index < 0) return list ?? []
    const rows = writable(list, owned)
    rows.splice(index, 1)
    return rows
  })
}
