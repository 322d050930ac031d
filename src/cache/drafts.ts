/** The number of searches of one list from which an index pays off: building one costs about as much. */
const SEARCHES = 50

/** Where the rows of a list were when they were indexed. Since then all have moved towards the start by `shift`. */
interface Index {
  by: string
  places: Map<unknown, number>
  shift: number
}

interface Owned {
  searches: number
  index?: Index
}

const running = new WeakMap<object, OwnedLists>()

/** The lists that a flush has copied so far. Looked up here so that apps without updaters do not bundle this module. */
export function ownedIn(flush: object | undefined): OwnedLists {
  const owned = (flush && running.get(flush)) ?? new OwnedLists()
  if (flush) running.set(flush, owned)
  return owned
}

/**
 * The copies of lists made by one flush. They may be changed in place, so that many updates of one list in
 * one flush cost one copy. They have an index, so that updates need not search the list.
 */
class OwnedLists {
  readonly #lists = new WeakMap<object, Owned>()

  /** Returns the list itself if this flush copied it, otherwise a copy that it then owns. */
  writable<Row>(list: readonly Row[] | undefined): Row[] {
    if (list && this.#lists.has(list)) return list as Row[]
    const copy = list ? [...list] : []
    this.#lists.set(copy, { searches: 0 })
    return copy
  }

  /** The index of the first row whose `by` is `id`, or -1. */
  find(list: readonly unknown[], by: string, id: unknown): number {
    const index = this.#indexFor(list, by)
    if (!index) return search(list, by, id)
    const noted = index.places.get(id)
    if (noted === undefined) return -1
    if (read(list, noted - index.shift, by) === id) return noted - index.shift
    // That row has left the list at one of its ends; another may have the same id.
    const place = search(list, by, id)
    if (place < 0) index.places.delete(id)
    else index.places.set(id, place + index.shift)
    return place
  }

  /** Adds a row at the start. */
  unshift<Row>(list: Row[], row: Row): void {
    list.unshift(row)
    const index = this.#lists.get(list)?.index
    if (!index) return
    index.shift--
    note(index, list, 0)
  }

  /** Keeps the `max` rows at one end. */
  cap(list: unknown[], max: number | undefined, at: 'start' | 'end'): void {
    const extra = list.length - (max ?? Infinity)
    if (extra <= 0) return
    if (at === 'start') list.length -= extra
    // Several times as fast as a splice, and the usual case.
    else if (extra === 1) list.shift()
    else list.splice(0, extra)
    const index = this.#lists.get(list)?.index
    if (index && at === 'end') index.shift += extra
  }

  /** Sets the row at an index, which may be the end. */
  put<Row>(list: Row[], place: number, row: Row): void {
    list[place] = row
    const index = this.#lists.get(list)?.index
    if (index) note(index, list, place)
  }

  /** Removes a row. */
  remove(list: unknown[], place: number): void {
    list.splice(place, 1)
    this.#lists.set(list, { searches: 0 })
  }

  #indexFor(list: readonly unknown[], by: string): Index | undefined {
    const owned = this.#lists.get(list)
    if (!owned || owned.index?.by === by) return owned?.index
    if (++owned.searches < SEARCHES) return undefined
    const index: Index = { by, places: new Map(), shift: 0 }
    for (let place = 0; place < list.length; place++) note(index, list, place)
    owned.index = index
    return index
  }
}

/** Among rows with the same id, the first counts. */
function note({ by, places, shift }: Index, list: readonly unknown[], place: number): void {
  const id = read(list, place, by)
  const former = places.get(id)
  if (former === undefined || read(list, former - shift, by) !== id) places.set(id, place + shift)
}

function read(list: readonly unknown[], place: number, by: string): unknown {
  return (list[place] as Record<string, unknown> | undefined)?.[by]
}

function search(list: readonly unknown[], by: string, id: unknown): number {
  // Rows may be anything that a server sends.
  return list.findIndex(row => (row as Record<string, unknown> | null | undefined)?.[by] === id)
}
