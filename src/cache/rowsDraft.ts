import { ConfigurationError } from '../core/errors.ts'

/** One end of a list. */
type End = 'start' | 'end'

/** Identifies rows: those whose member `by` is `id`. */
interface RowId {
  by: string
  id: unknown
}

/** The value that identifies a row. A row may be anything, because it comes from a server. */
function idOfRow(row: unknown, by: string): unknown {
  return (row as Record<string, unknown> | null | undefined)?.[by]
}

/** The drafts of copied data, which updaters keep in the object that identifies a flush. */
interface Flush {
  drafts?: WeakMap<object, RowsDraft>
}

/** The updater that changes rows, and the location of the rows. */
interface Target {
  /** The name of the updater, for errors. */
  updater: string
  /** The member that holds the rows, if the data or a page is an object. */
  list?: string | undefined
}

/** The data of an infinite query. */
interface Pages {
  pages: unknown[]
  pageParams: readonly unknown[]
}

/** A row: the number of its page, and its index there. */
interface Place {
  page: number
  index: number
}

const FIRST: Place = { page: 0, index: 0 }

/** The draft of some cached data. */
export function draftOf(target: Target, data: unknown, flush: Flush = {}): RowsDraft {
  const drafts = (flush.drafts ??= new WeakMap())
  const known = drafts.get(data as object)
  return known && known.list === target.list ? known : new RowsDraft(target, data, drafts)
}

/**
 * The rows of cached data in one flush: of a list, of an object that holds one, or of the pages of an infinite
 * query. The first change of a list copies it, and the copy is changed in place: many updates cost one copy, and
 * pages without a change keep their identity.
 */
export class RowsDraft {
  /** The data with all changes so far. */
  data: unknown
  readonly list: string | undefined
  readonly #drafts: WeakMap<object, RowsDraft>
  /** The rows of each page; a single list is one page. */
  readonly #lists: (readonly unknown[])[]
  readonly #copies = new Map<readonly unknown[], ListDraft>()
  readonly #index = new IndexBuilder()
  readonly #hasPages: boolean
  #count = 0

  constructor(target: Target, data: unknown, drafts: WeakMap<object, RowsDraft>) {
    this.list = target.list
    this.#drafts = drafts
    this.data = data ?? this.#hold(undefined, [])
    this.#hasPages = arePages(data)
    const pages = arePages(data) ? data.pages : [this.data]
    this.#lists = pages.map(page => rowsIn(target, page))
    for (const { length } of this.#lists) this.#count += length
  }

  has(rowId: RowId): boolean {
    return this.#find(rowId) !== undefined
  }

  /** Adds rows at one end, in this order. Without a page, their neighbours are unknown, so it adds none. */
  add(rows: readonly unknown[], at: End): void {
    const page = at === 'start' ? 0 : this.#lists.length - 1
    if (page < 0 || this.#lists.length === 0) return
    this.#copy(page).add(rows, at)
    this.#count += rows.length
    const index = this.#index.current
    if (index) for (const row of rows) index.note(row, page)
  }

  /** Replaces a row in its place, and removes its copies. Returns `false` if there is none. */
  replace(rowId: RowId, row: unknown): boolean {
    const place = this.#find(rowId)
    if (!place) return false
    this.#set(place, row)
    this.#removeFrom(rowId, { ...place, index: place.index + 1 })
    return true
  }

  /** Changes a row and its copies. */
  change(rowId: RowId, change: (row: unknown) => unknown): void {
    let place = this.#find(rowId)
    while (place) {
      this.#set(place, change(this.#lists[place.page]?.[place.index]))
      place = this.#find(rowId, { ...place, index: place.index + 1 })
    }
  }

  /** Removes a row and its copies. */
  remove(rowId: RowId): void {
    this.#removeFrom(rowId, FIRST)
  }

  /** Keeps the `max` rows at one end of all pages. Pages beyond them are dropped. */
  cap(max = Infinity, at: End): void {
    while (this.#count > max) {
      const page = at === 'start' ? this.#lists.length - 1 : 0
      const { length } = this.#lists[page] as readonly unknown[]
      const extra = this.#count - max
      if (length <= extra && this.#lists.length > 1) this.#drop(page)
      else {
        this.#copy(page).cap(length - extra, at)
        this.#count = max
      }
    }
  }

  #removeFrom(rowId: RowId, from: Place): void {
    for (let place = this.#find(rowId, from); place; place = this.#find(rowId, place)) {
      const { page, index } = place
      const copy = this.#copy(page)
      copy.remove(index)
      this.#count--
      // A refetch starts from the first page's param, so that page stays.
      if (copy.rows.length === 0 && page > 0) this.#drop(page)
    }
  }

  #set({ page, index: place }: Place, row: unknown): void {
    const copy = this.#copy(page)
    const index = this.#index.current
    if (index && idOfRow(copy.rows[place], index.by) !== idOfRow(row, index.by)) index.note(row, page)
    copy.set(place, row)
  }

  /** The first row with this id, starting at a place. */
  #find(rowId: RowId, from = FIRST): Place | undefined {
    const index = this.#pageIndex(rowId.by)
    const noted = index?.find(rowId.id)
    // If the only page that had it has lost it, no page has it.
    const last = noted === undefined ? this.#lists.length - 1 : Math.min(noted, this.#lists.length - 1)
    for (let page = Math.max(from.page, noted ?? 0); page <= last; page++) {
      const place = this.#findIn(page, rowId, page === from.page ? from.index : 0)
      if (place >= 0) return { page, index: place }
    }
    if (from === FIRST) index?.forget(rowId.id)
    return undefined
  }

  #findIn(page: number, rowId: RowId, start: number): number {
    const rows = this.#lists[page] as readonly unknown[]
    return this.#copies.get(rows)?.find(rowId, start) ?? indexOfRow(rows, rowId, start)
  }

  /** The index of rows to pages. */
  #pageIndex(by: string): PlaceIndex | undefined {
    if (this.#lists.length < 2 || this.#copies.size === 0) return undefined
    return this.#index.get(by, built => {
      for (const [page, rows] of this.#lists.entries()) for (const row of rows) built.note(row, page)
    })
  }

  /** The copy of a page's rows. */
  #copy(page: number): ListDraft {
    const rows = this.#lists[page] as readonly unknown[]
    const known = this.#copies.get(rows)
    if (known) return known
    const copy = new ListDraft(rows)
    this.#lists[page] = copy.rows
    this.#copies.set(copy.rows, copy)
    if (this.#hasPages) {
      const { pages } = this.#ownPages()
      pages[page] = this.#hold(pages[page], copy.rows)
    } else this.#own(this.#hold(this.data, copy.rows))
    return copy
  }

  /** A page with other rows. A computed name defines a member, and cannot set a prototype. */
  #hold(page: unknown, rows: readonly unknown[]): unknown {
    if (this.list === undefined || Array.isArray(page)) return rows
    return { ...(page as object | undefined), [this.list]: rows }
  }

  /** Removes a page with its param. */
  #drop(page: number): void {
    const data = this.#ownPages()
    data.pages.splice(page, 1)
    data.pageParams = data.pageParams.filter((_, index) => index !== page)
    const [dropped] = this.#lists.splice(page, 1)
    this.#count -= dropped?.length ?? 0
    const index = this.#index.current
    if (page === 0 && index) index.shift++
    else if (page < this.#lists.length) this.#index.reset()
  }

  /** The data of an infinite query, copied once. */
  #ownPages(): Pages {
    const data = this.data as Pages
    return this.#drafts.get(data) === this ? data : (this.#own({ ...data, pages: [...data.pages] }) as Pages)
  }

  #own(data: unknown): unknown {
    this.data = data
    this.#drafts.set(data as object, this)
    return data
  }
}

/** The copy of a list in one flush, which is changed in place. After many searches it has an index. */
class ListDraft {
  readonly rows: unknown[]
  readonly #index = new IndexBuilder()

  constructor(list: readonly unknown[]) {
    this.rows = [...list]
  }

  /** The index of the first row with this id, from `start` on, or -1. */
  find(rowId: RowId, start = 0): number {
    const { rows } = this
    const index = this.#index.get(rowId.by, built => rows.forEach((row, place) => built.note(row, place)))
    const place = index?.find(rowId.id)
    if (place === undefined) return indexOfRow(rows, rowId, start)
    if (place >= start && idOfRow(rows[place], rowId.by) === rowId.id) return place
    // If it has left its only place, the list no longer has it.
    if (start === 0) index?.forget(rowId.id)
    return -1
  }

  set(place: number, row: unknown): void {
    const index = this.#index.current
    if (index && idOfRow(this.rows[place], index.by) !== idOfRow(row, index.by)) index.note(row, place)
    this.rows[place] = row
  }

  /** Adds rows at one end, in this order. */
  add(added: readonly unknown[], at: End): void {
    const { rows } = this
    const index = this.#index.current
    const first = at === 'end' ? rows.length : 0
    if (at === 'end') for (const row of added) rows.push(row)
    else if (added.length === 1) rows.unshift(...added)
    else {
      const rest = rows.splice(0)
      for (const row of added) rows.push(row)
      for (const row of rest) rows.push(row)
    }
    if (!index) return
    if (at === 'start') index.shift -= added.length
    for (const [offset, row] of added.entries()) index.note(row, first + offset)
  }

  remove(place: number): void {
    this.rows.splice(place, 1)
    this.#index.reset()
  }

  /** Keeps the `max` rows at one end. */
  cap(max: number, at: End): void {
    const { rows } = this
    const extra = rows.length - max
    if (at === 'start') {
      rows.length = max
      return
    }
    // The usual case, and several times as fast as a splice.
    if (extra === 1) rows.shift()
    else rows.splice(0, extra)
    const index = this.#index.current
    if (index) index.shift += extra
  }
}

/** The index of the first row with this id, from `start` on, or -1. */
function indexOfRow(rows: readonly unknown[], { by, id }: RowId, start = 0): number {
  for (let index = start; index < rows.length; index++) if (idOfRow(rows[index], by) === id) return index
  return -1
}

/** The number of searches from which an index pays off: building one costs about as much. */
const SEARCHES = 50

/** Counts the searches of some rows, and builds an index of them when it pays off. */
class IndexBuilder {
  #index: PlaceIndex | undefined
  #searches = 0

  /** The index of the member `by`, if there is one. */
  get(by: string, build: (index: PlaceIndex) => void): PlaceIndex | undefined {
    if (this.#index?.by === by) return this.#index
    if (++this.#searches < SEARCHES) return undefined
    this.#searches = 0
    this.#index = new PlaceIndex(by)
    build(this.#index)
    return this.#index
  }

  /** The index, if changes have to update it. */
  get current(): PlaceIndex | undefined {
    return this.#index
  }

  /** Drops the index, because places have moved. */
  reset(): void {
    this.#index = undefined
    this.#searches = 0
  }
}

/** Where rows are, by id. A place may be out of date: rows leave it when a list is shortened. */
class PlaceIndex {
  readonly by: string
  /** All places have moved towards the start by this number since they were noted. */
  shift = 0
  readonly #places = new Map<unknown, number>()
  /** Ids that several rows may have. */
  readonly #repeated = new Set<unknown>()

  constructor(by: string) {
    this.by = by
  }

  note(row: unknown, place: number): void {
    const id = idOfRow(row, this.by)
    if (this.#places.has(id)) this.#repeated.add(id)
    else this.#places.set(id, place + this.shift)
  }

  /** The only place where a row with this id may be; -1 if there is none, `undefined` if it takes a search. */
  find(id: unknown): number | undefined {
    if (this.#repeated.has(id)) return undefined
    const place = this.#places.get(id)
    return place === undefined ? -1 : place - this.shift
  }

  forget(id: unknown): void {
    this.#places.delete(id)
    this.#repeated.delete(id)
  }
}

/** The rows of a list, or of an object that holds one. */
function rowsIn({ updater, list }: Target, data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data as readonly unknown[]
  if (list === undefined)
    throw wrongData(updater, 'changes a list (if it is inside an object, name it by `list`)', data)
  const rows = isObject(data) ? (Object.hasOwn(data, list) ? data[list] : undefined) : data
  if (rows === null && data !== null) return []
  if (!Array.isArray(rows)) throw wrongData(updater, `changes the list "${list}" of an object`, rows)
  return rows as readonly unknown[]
}

/** The id of a row that an updater was called with. */
export function idOf(updater: string, row: unknown, by: string): unknown {
  const id = isObject(row) ? idOfRow(row, by) : undefined
  if (id === undefined) throw wrongData(updater, `with \`by\` takes objects with a member "${by}"`, row)
  return id
}

/** Whether some data is that of an infinite query. */
export function arePages(data: unknown): data is Pages {
  return isObject(data) && Array.isArray(data['pages']) && Array.isArray(data['pageParams'])
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Describes data only by its kind: errors contain no data. */
export function wrongData(updater: string, rule: string, found: unknown): ConfigurationError {
  const type = typeof found
  const kind = Array.isArray(found) ? 'a list' : type === 'object' ? 'an object' : `a ${type}`
  const name = found === undefined || found === null ? String(found) : kind
  return new ConfigurationError(`${updater} ${rule}, and found ${name}.`)
}
