import type { InfiniteData } from '@tanstack/react-query'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Updater } from '../../src/cache/updater.ts'
import { append, patch, remove, upsert } from '../../src/cache/updaters.ts'

interface Row {
  id: number
  name?: string
}
interface Page {
  items: Row[]
  next: string
}
type Lists = InfiniteData<Row[]>
type Pages = InfiniteData<Page>

const row = (id: number): Row => ({ id })
const rows = (...ids: number[]): Row[] => ids.map(row)
/** A page, its param and what else it holds have the same number. */
const lists = (...all: number[][]): Lists =>
  deepFreeze({ pages: all.map(ids => rows(...ids)), pageParams: all.map((_, page) => page) })
const pages = (...all: number[][]): Pages =>
  deepFreeze({
    pages: all.map((ids, page) => ({ items: rows(...ids), next: `after ${page}` })),
    pageParams: all.map((_, page) => page),
  })

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}

/** The ids of each page, with the page's param. */
const shown = (data: Lists | Pages | undefined) =>
  data?.pages.map((page, index) => [
    data.pageParams[index],
    ...(Array.isArray(page) ? page : page.items).map(({ id }) => id),
  ])

const by = 'id'
const list = 'items'

describe('in an infinite query', () => {
  test('append adds to the last page, and with at to the first', () => {
    const before = lists([1, 2], [3])
    expect(shown(append<Row, Lists>(rows(4, 5))(before))).toEqual([
      [0, 1, 2],
      [1, 3, 4, 5],
    ])
    expect(shown(append<Row, Lists>(rows(4, 5), { at: 'start' })(before))).toEqual([
      [0, 4, 5, 1, 2],
      [1, 3],
    ])
  })

  test('append with by looks for the items in all pages', () => {
    expect(shown(append<Row, Lists>(rows(1, 4, 3), { by })(lists([1, 2], [3])))).toEqual([
      [0, 1, 2],
      [1, 3, 4],
    ])
  })

  test('upsert replaces the row in its page, and adds a new one to the last or the first', () => {
    const before = lists([1, 2], [3])
    const replaced = upsert<Row, Lists>({ id: 2, name: 'new' }, { by })(before)
    expect(replaced?.pages).toEqual([[{ id: 1 }, { id: 2, name: 'new' }], [{ id: 3 }]])
    expect(shown(upsert<Row, Lists>(row(4), { by })(before))).toEqual([
      [0, 1, 2],
      [1, 3, 4],
    ])
    expect(shown(upsert<Row, Lists>(row(4), { by, at: 'start' })(before))).toEqual([
      [0, 4, 1, 2],
      [1, 3],
    ])
  })

  test('patch changes the row in its page, and adds none', () => {
    const before = lists([1, 2], [3])
    expect(patch<Row, Lists>({ id: 3, name: 'new' }, { by })(before)?.pages[1]).toEqual([
      { id: 3, name: 'new' },
    ])
    expect(patch<Row, Lists>({ id: 9, name: 'new' }, { by })(before)).toBe(before)
  })

  test('remove finds the row in any page', () => {
    const before = lists([1, 2], [3, 4])
    expect(shown(remove<Row, Lists>(3, { by })(before))).toEqual([
      [0, 1, 2],
      [1, 4],
    ])
    expect(remove<Row, Lists>(9, { by })(before)).toBe(before)
  })

  test('rows without a page are not added: nothing is known of what comes before or after them', () => {
    const before = lists()
    expect(append<Row, Lists>(row(1))(before)).toBe(before)
    expect(upsert<Row, Lists>(row(1), { by })(before)).toBe(before)
  })
})

describe('a row that is on two pages, because one page was fetched before a row was added and one after it', () => {
  const before = lists([1, 2, 3], [3, 4], [5, 3])

  test('is there once after an upsert, in its first place', () => {
    const after = upsert<Row, Lists>({ id: 3, name: 'new' }, { by })(before)
    expect(shown(after)).toEqual([
      [0, 1, 2, 3],
      [1, 4],
      [2, 5],
    ])
    expect(after?.pages[0]?.[2]).toEqual({ id: 3, name: 'new' })
  })

  test('is gone after a remove', () => {
    expect(shown(remove<Row, Lists>(3, { by })(before))).toEqual([
      [0, 1, 2],
      [1, 4],
      [2, 5],
    ])
  })

  test('is changed in all its places by a patch', () => {
    const after = patch<Row, Lists>({ id: 3, name: 'new' }, { by })(before)
    expect(after?.pages.flat().filter(({ name }) => name === 'new')).toHaveLength(3)
  })

  test('the same goes for copies in one list', () => {
    const twice = rows(1, 2, 1)
    expect(upsert<Row>({ id: 1, name: 'new' }, { by })(twice)).toEqual([{ id: 1, name: 'new' }, { id: 2 }])
    expect(remove<Row>(1, { by })(twice)).toEqual([{ id: 2 }])
    expect(patch<Row>({ id: 1, name: 'new' }, { by })(twice)?.map(({ name }) => name)).toEqual([
      'new',
      undefined,
      'new',
    ])
  })
})

test('a row moves to the other end by a remove and an upsert, which are written together', () => {
  const flush = {}
  const removed = remove<Row, Lists>(3, { by })(lists([1, 2], [3, 4]), flush)
  expect(shown(upsert<Row, Lists>(row(3), { by, at: 'start' })(removed, flush))).toEqual([
    [0, 3, 1, 2],
    [1, 4],
  ])
})

describe('a page that an update empties', () => {
  test('is dropped with its param, so that the next page is fetched from the last row that is left', () => {
    expect(shown(remove<Row, Lists>(3, { by })(lists([1, 2], [3])))).toEqual([[0, 1, 2]])
    expect(shown(remove<Row, Lists>(2, { by })(lists([1], [2], [3])))).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test('stays if it is the first, because a refetch starts from its param', () => {
    expect(shown(remove<Row, Lists>(1, { by })(lists([1], [2])))).toEqual([[0], [1, 2]])
    expect(shown(remove<Row, Lists>(1, { by })(lists([1])))).toEqual([[0]])
  })

  test('stays if it was empty before', () => {
    expect(shown(remove<Row, Lists>(1, { by })(lists([1, 2], [], [3])))).toEqual([[0, 2], [1], [2, 3]])
  })
})

describe('max counts over all pages, and drops', () => {
  test('rows of the first pages when rows are added at the end, with the pages that become empty', () => {
    expect(shown(append<Row, Lists>(row(6), { max: 5 })(lists([1, 2], [3, 4], [5])))).toEqual([
      [0, 2],
      [1, 3, 4],
      [2, 5, 6],
    ])
    expect(shown(append<Row, Lists>(row(6), { max: 3 })(lists([1, 2], [3, 4], [5])))).toEqual([
      [1, 4],
      [2, 5, 6],
    ])
  })

  test('rows of the last pages when rows are added at the start', () => {
    expect(
      shown(upsert<Row, Lists>(row(6), { by, at: 'start', max: 3 })(lists([1, 2], [3, 4], [5]))),
    ).toEqual([[0, 6, 1, 2]])
  })

  test('everything but one page if it is 0', () => {
    expect(shown(append<Row, Lists>(row(6), { max: 0 })(lists([1, 2], [3, 4])))).toEqual([[1]])
    expect(shown(append<Row, Lists>(row(6), { max: 0, at: 'start' })(lists([1, 2], [3, 4])))).toEqual([[0]])
  })
})

describe('list names the member that holds the rows', () => {
  const page = deepFreeze<Page>({ items: rows(1, 2), next: 'more' })

  test('of an object, which keeps its other members', () => {
    expect(append<Row, Page, 'items'>(row(3), { list })(page)).toEqual({ items: rows(1, 2, 3), next: 'more' })
    expect(remove<Row, Page, 'items'>(1, { by, list })(page)).toEqual({ items: rows(2), next: 'more' })
  })

  test('of every page of an infinite query', () => {
    const after = upsert<Row, Pages, 'items'>({ id: 3, name: 'new' }, { by, list })(pages([1, 2], [3]))
    expect(after).toEqual({
      pages: [
        { items: rows(1, 2), next: 'after 0' },
        { items: [{ id: 3, name: 'new' }], next: 'after 1' },
      ],
      pageParams: [0, 1],
    })
  })

  test('and has no effect on a list, so that one updater fits queries of all shapes', () => {
    const update = append(row(3), { list }) as Updater<unknown>
    expect(update(rows(1, 2))).toEqual(rows(1, 2, 3))
    expect(shown(update(lists([1], [2])) as Lists)).toEqual([
      [0, 1],
      [1, 2, 3],
    ])
  })

  test('of missing data, which becomes an object with that list', () => {
    const update = append(row(1), { list }) as Updater<unknown>
    expect(update(undefined)).toEqual({ items: rows(1) })
    expect(update(null)).toEqual({ items: rows(1) })
    expect((remove(1, { by, list }) as Updater<unknown>)(undefined)).toEqual({ items: [] })
  })

  test('and a list that is null counts as empty, because some servers write empty lists so', () => {
    expect((append(row(1), { list }) as Updater<unknown>)({ items: null, next: 'more' })).toEqual({
      items: rows(1),
      next: 'more',
    })
  })

  test('and an object without that member, or with something else in it, is an error', () => {
    const update = append(row(1), { list }) as Updater<unknown>
    for (const data of [{ secret: [] }, { items: 'secret' }, { items: { secret: 1 } }, 'secret', 7]) {
      expect(() => update(data)).toThrow(/^append changes the list "items" of an object, and found /)
      expect(() => update({ pages: [data], pageParams: [0] })).toThrow(/^append changes the list "items"/)
      expect(() => update(data)).not.toThrow(/secret/)
    }
    expect(() => (append(row(1)) as Updater<unknown>)(pages([1]))).toThrow(/name it by `list`/)
  })

  test('and sets no prototype, whatever it is', () => {
    const update = append(row(1), { list: '__proto__' }) as Updater<unknown>
    expect(() => update({ items: [] })).toThrow(/__proto__/)
    const started = update(undefined) as object
    expect([Object.getPrototypeOf(started), Object.keys(started)]).toEqual([Object.prototype, ['__proto__']])
    const given: unknown = JSON.parse('{ "__proto__": [], "isAdmin": false }')
    expect(Object.getPrototypeOf(update(given))).toBe(Object.prototype)
  })
})

describe('pages and rows without a change', () => {
  test('keep their identity', () => {
    const before = pages([1, 2], [3, 4], [5])
    const after = patch<Row, Pages, 'items'>({ id: 3, name: 'new' }, { by, list })(before)
    expect(after?.pages.map((page, index) => page === before.pages[index])).toEqual([true, false, true])
    expect(after?.pages[1]?.items[1]).toBe(before.pages[1]?.items[1])
    expect(after?.pageParams).toBe(before.pageParams)
  })

  test('keep it through many updates of one flush, which copy each changed page once', () => {
    const before = lists([1, 2], [3, 4], [5])
    const flush = {}
    const first = append<Row, Lists>(row(6))(before, flush)
    const page = first?.pages[2]
    const second = upsert<Row, Lists>(row(7), { by })(first, flush)
    expect([second === first, second?.pages[2] === page]).toEqual([true, true])
    expect(second?.pages.map((each, index) => each === before.pages[index])).toEqual([true, true, false])
    expect(append<Row, Lists>(row(8))(second, {})).not.toBe(second)
  })
})

describe('after many updates in one flush, when rows are found by an index,', () => {
  /** Pages 0 to 3, after so many searches that there is an index. */
  function openIndexed() {
    const flush = {}
    const step = (data: Lists | undefined, update: Updater<Lists>) => update(data, flush)
    let data = step(lists([1, 2], [3], [4, 5], [6]), append<Row, Lists>(row(7)))
    for (let count = 0; count < 100; count++) data = step(data, patch<Row, Lists>({ id: 99 }, { by }))
    return { data, step }
  }

  test('a row is found after the first pages were dropped', () => {
    const { data, step } = openIndexed()
    const shorter = step(data, append<Row, Lists>(row(8), { max: 5 }))
    expect(shown(step(shorter, upsert<Row, Lists>(row(7), { by })))).toEqual([
      [2, 4, 5],
      [3, 6, 7, 8],
    ])
    expect(shown(step(shorter, upsert<Row, Lists>(row(1), { by })))?.at(-1)).toEqual([3, 6, 7, 8, 1])
  })

  test('a row is found after a page in the middle was dropped', () => {
    const { data, step } = openIndexed()
    const shorter = step(data, remove<Row, Lists>(3, { by }))
    expect(shown(step(shorter, upsert<Row, Lists>(row(7), { by })))).toEqual([
      [0, 1, 2],
      [2, 4, 5],
      [3, 6, 7],
    ])
  })

  test('a row is found at the end where it was added, and one with another id is not', () => {
    const { data, step } = openIndexed()
    const longer = step(data, append<Row, Lists>(row(8), { at: 'start' }))
    const before = shown(longer)
    expect(shown(step(longer, upsert<Row, Lists>(row(8), { by })))).toEqual(before)
    const renamed = step(longer, upsert<Row, Lists>({ id: 9, name: 'x' }, { by }))
    expect(shown(step(renamed, remove<Row, Lists>(9, { by })))).toEqual(before)
  })
})

/** One update: how the package makes it, and what it does to a plain list. */
interface Step {
  update(options: { list?: string }): unknown
  apply(rows: Row[]): Row[]
}

const has = (rows: Row[], { id }: Row) => rows.some(each => each.id === id)
const cap = (rows: Row[], max: number, at: string) =>
  at === 'start' ? rows.slice(0, max) : rows.slice(Math.max(0, rows.length - max))
const add = (rows: Row[], added: Row[], at: string) =>
  at === 'start' ? [...added, ...rows] : [...rows, ...added]

const anyId = fc.nat(30)
const anyRow: fc.Arbitrary<Row> = fc.record({ id: anyId, name: fc.constantFrom('a', 'b', 'c') })

/** Any step whose `max` is one of these. */
function anyStep(...limits: number[]): fc.Arbitrary<Step> {
  const anyEnd = { at: fc.constantFrom('start' as const, 'end' as const), max: fc.constantFrom(...limits) }
  const anyAppend = fc
    .record({ items: fc.array(anyRow, { maxLength: 3 }), isKeyed: fc.boolean(), ...anyEnd })
    .map(({ items, isKeyed, at, max }): Step => ({
      update: options => append(items, { ...options, at, max, ...(isKeyed && { by }) }),
      apply(all) {
        const fresh = items.filter((item, index) => !has(all, item) && !has(items.slice(0, index), item))
        const added = isKeyed ? fresh : items
        return added.length === 0 ? all : cap(add(all, added, at), max, at)
      },
    }))
  const anyUpsert = fc.record({ item: anyRow, ...anyEnd }).map(({ item, at, max }): Step => ({
    update: options => upsert(item, { ...options, by, at, max }),
    apply(all) {
      const place = all.findIndex(({ id }) => id === item.id)
      const replaced = all.flatMap((each, index) =>
        index === place ? [item] : each.id === item.id ? [] : [each],
      )
      return cap(place < 0 ? add(all, [item], at) : replaced, max, at)
    },
  }))
  const anyPatch = anyRow.map((fields): Step => ({
    update: options => patch(fields, { ...options, by }),
    apply: all => all.map(each => (each.id === fields.id ? { ...each, ...fields } : each)),
  }))
  /** Gives all rows of a name one id, so that they become copies. */
  const anyRename = anyRow.map((fields): Step => ({
    update: options => patch(fields, { ...options, by: 'name' }),
    apply: all => all.map(each => (each.name === fields.name ? { ...each, ...fields } : each)),
  }))
  const anyRemove = anyId.map((id): Step => ({
    update: options => remove(id, { ...options, by }),
    apply: all => all.filter(each => each.id !== id),
  }))
  return fc.oneof(
    { arbitrary: anyAppend, weight: 8 },
    { arbitrary: anyUpsert, weight: 16 },
    { arbitrary: anyPatch, weight: 8 },
    { arbitrary: anyRename, weight: 1 },
    { arbitrary: anyRemove, weight: 3 },
  )
}

/** Mostly without `max`, which would soon leave one page. */
const anySteps = fc.oneof(
  ...[[Infinity], [Infinity, 25], [Infinity, 0, 3, 8, 12]].map(limits =>
    fc.array(anyStep(...limits), { maxLength: 150, size: 'max' }),
  ),
)

interface Shape {
  name: string
  list?: string
  make(lists: Row[][]): unknown
  read(data: never): Row[]
}

const shapes: Shape[] = [
  { name: 'a list', make: all => all.flat(), read: (data: Row[]) => data },
  {
    name: 'an object with a list',
    list,
    make: all => ({ items: all.flat(), next: 'more' }),
    read: (data: Page) => data.items,
  },
  {
    name: 'pages of lists',
    make: all => ({ pages: all, pageParams: all.map((_, page) => page) }),
    read: (data: Lists) => data.pages.flat(),
  },
  {
    name: 'pages of objects',
    list,
    make: all => ({
      pages: all.map((items, page) => ({ items, next: `after ${page}` })),
      pageParams: all.map((_, page) => page),
    }),
    read: (data: Pages) => data.pages.flatMap(({ items }) => items),
  },
]

/** Every page still has its own param, in order. */
function expectOwnParams({ pages: all, pageParams }: Pages) {
  expect(all.map(({ next }) => next)).toEqual(pageParams.map(param => `after ${String(param)}`))
  expect([...pageParams].sort((a, b) => Number(a) - Number(b))).toEqual(pageParams)
}

const anyLists = fc.array(fc.array(anyRow, { maxLength: 6 }), { minLength: 1, maxLength: 8, size: 'max' })

test.for(shapes)('any updates of $name, in any flushes, equal those of a plain list', shape => {
  const options = shape.list === undefined ? {} : { list: shape.list }
  const anyFlushes = fc.array(anySteps, { maxLength: 3, size: 'max' })
  fc.assert(
    fc.property(anyLists, anyFlushes, (all, flushes) => {
      let data = deepFreeze(shape.make(structuredClone(all)))
      let plain = all.flat()
      for (const steps of flushes) {
        const flush = {}
        let next = data
        for (const step of steps) {
          next = (step.update(options) as Updater<unknown>)(next, flush)
          plain = step.apply(plain)
          expect(shape.read(next as never)).toEqual(plain)
        }
        // A frozen value throws at a change in place.
        data = deepFreeze(next)
        if (shape.name === 'pages of objects') expectOwnParams(data as Pages)
      }
    }),
  )
})

test.for(shapes)(
  'an update of $name keeps the identity of all other rows, and of pages without a change',
  shape => {
    const options = shape.list === undefined ? {} : { list: shape.list }
    fc.assert(
      fc.property(anyLists, anyStep(Infinity), (all, step) => {
        const before = deepFreeze(shape.make(all))
        const after = (step.update(options) as Updater<unknown>)(before)
        const known = new Set(all.flat())
        // It adds at most three rows here, or changes those with one name.
        const changed = shape.read(after as never).filter(each => !known.has(each))
        expect(new Set(changed.map(({ id }) => id)).size).toBeLessThanOrEqual(3)
        if (!shape.name.startsWith('pages')) return
        const rowsOf = (page: unknown) => (Array.isArray(page) ? page : (page as Page).items) as Row[]
        const { pages: old, pageParams } = before as Pages
        for (const [index, param] of (after as Pages).pageParams.entries()) {
          const page = (after as Pages).pages[index]
          const previous = old[pageParams.indexOf(param)]
          const isSame =
            rowsOf(page).length > 0 && rowsOf(page).every((each, at) => each === rowsOf(previous)[at])
          if (isSame && rowsOf(page).length === rowsOf(previous).length) expect(page).toBe(previous)
        }
      }),
    )
  },
)
