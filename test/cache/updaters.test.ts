import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Updater } from '../../src/cache/updater.ts'
import { append, idempotent, patch, remove, upsert } from '../../src/cache/updaters.ts'
import { ConfigurationError } from '../../src/core/errors.ts'

interface Row {
  id: number
  name?: string
}
const rows = (...ids: number[]): Row[] => ids.map(id => ({ id }))
const ids = (list: readonly Row[] | undefined) => list?.map(({ id }) => id)
const list = Object.freeze(rows(1, 2, 3).map(row => Object.freeze(row))) as readonly Row[]

describe('append', () => {
  test('adds an item or items at the end', () => {
    expect(ids(append<Row>({ id: 4 })(list))).toEqual([1, 2, 3, 4])
    expect(ids(append<Row>(rows(4, 5))(list))).toEqual([1, 2, 3, 4, 5])
  })

  test('with max keeps the newest', () => {
    expect(ids(append<Row>(rows(4, 5), { max: 3 })(list))).toEqual([3, 4, 5])
    expect(ids(append<Row>({ id: 4 }, { max: 0 })(list))).toEqual([])
  })

  test('with by adds no item that is already there, and none twice', () => {
    expect(ids(append<Row>(rows(3, 4, 4, 1), { by: 'id' })(list))).toEqual([1, 2, 3, 4])
    expect(ids(append<Row>(rows(4, 4), { by: 'id' })(undefined))).toEqual([4])
  })

  test('that adds nothing returns the same list', () => {
    expect(append<Row>(rows(1, 2), { by: 'id' })(list)).toBe(list)
    expect(append<Row>([])(list)).toBe(list)
  })

  test('accepts very many items at once', () => {
    const many = Array.from({ length: 300_000 }, (_, id) => ({ id }))
    expect(append<Row>(many)(list)).toHaveLength(300_003)
  })
})

describe('upsert', () => {
  test('replaces the row in its place', () => {
    const after = upsert<Row>({ id: 2, name: 'new' }, { by: 'id' })(list)
    expect(after).toEqual([{ id: 1 }, { id: 2, name: 'new' }, { id: 3 }])
  })

  test('adds a new row at the end or at the start', () => {
    expect(ids(upsert<Row>({ id: 4 }, { by: 'id' })(list))).toEqual([1, 2, 3, 4])
    expect(ids(upsert<Row>({ id: 4 }, { by: 'id', at: 'start' })(list))).toEqual([4, 1, 2, 3])
  })

  test('with max drops the rows furthest from where new ones are added', () => {
    expect(ids(upsert<Row>({ id: 4 }, { by: 'id', max: 3 })(list))).toEqual([2, 3, 4])
    expect(ids(upsert<Row>({ id: 4 }, { by: 'id', max: 3, at: 'start' })(list))).toEqual([4, 1, 2])
  })
})

describe('patch', () => {
  test('changes fields of an object', () => {
    expect(patch({ b: 2 } as { a?: number; b: number })({ a: 1, b: 1 })).toEqual({ a: 1, b: 2 })
  })

  test('with by changes fields of the row that the fields identify', () => {
    expect(patch<Row>({ id: 2, name: 'x' }, { by: 'id' })(list)).toEqual([
      { id: 1 },
      { id: 2, name: 'x' },
      { id: 3 },
    ])
  })

  test('with by adds no missing row, and returns the same list', () => {
    expect(patch<Row>({ id: 9, name: 'x' }, { by: 'id' })(list)).toBe(list)
  })

  test('with a field named __proto__ sets no prototype', () => {
    const fields = JSON.parse('{ "id": 2, "__proto__": { "isAdmin": true } }') as Row
    const row = patch<Row>(fields, { by: 'id' })(list)?.[1] as object
    const object = patch<object>(fields)({ a: 1 }) as object
    for (const changed of [row, object]) {
      expect(Object.getPrototypeOf(changed)).toBe(Object.prototype)
      expect('isAdmin' in changed).toBe(false)
    }
  })
})

describe('remove', () => {
  test('removes the row', () => {
    expect(ids(remove<Row>(2, { by: 'id' })(list))).toEqual([1, 3])
  })

  test('of a missing row returns the same list', () => {
    expect(remove<Row>(9, { by: 'id' })(list)).toBe(list)
  })
})

test('missing data counts as an empty list or object', () => {
  expect(append<Row>({ id: 1 })(undefined)).toEqual([{ id: 1 }])
  expect(upsert<Row>({ id: 1 }, { by: 'id' })(undefined)).toEqual([{ id: 1 }])
  expect(patch({ a: 1 })(undefined)).toEqual({ a: 1 })
  expect(patch<Row>({ id: 1 }, { by: 'id' })(undefined)).toEqual([])
  expect(remove<Row>(1, { by: 'id' })(undefined)).toEqual([])
})

const wrong = (value: unknown) => value as never

describe('an error that names the updater and the kind of value, but no data, is thrown for', () => {
  test('a list updater on data that is not a list', () => {
    for (const data of [{ secret: 1 }, 'secret', 7, true]) {
      for (const update of [
        append<Row>({ id: 1 }),
        append<Row>({ id: 1 }, { by: 'id' }),
        upsert<Row>({ id: 1 }, { by: 'id' }),
        patch<Row>({ id: 1 }, { by: 'id' }),
        remove<Row>(1, { by: 'id' }),
      ]) {
        const error = thrownBy(() => update(wrong(data)))
        expect(error.message).toMatch(
          /^(append|upsert|patch|remove) .*(an object|a string|a number|a boolean)/,
        )
        expect(error.message).not.toContain('secret')
      }
    }
  })

  test('patch without by on data that is not an object', () => {
    for (const data of [[1], 'secret', 7])
      expect(thrownBy(() => patch({ a: 1 })(wrong(data))).message).toMatch(
        /^patch .*(a list|a string|a number)/,
      )
  })

  test('an item that is undefined', () => {
    for (const update of [append(undefined), append([{ id: 1 }, undefined])])
      expect(thrownBy(() => update([])).message).toMatch(/^append .*undefined/)
  })

  test('an item, with by, that is not an object or has no such member', () => {
    for (const item of [undefined, null, 7, 'text', {}, { id: undefined }]) {
      for (const update of [
        append<Row>([{ id: 9 }, wrong(item)], { by: 'id' }),
        upsert<Row>(wrong(item), { by: 'id' }),
        patch<Row>(wrong(item), { by: 'id' }),
      ]) {
        expect(thrownBy(() => update(list)).message).toMatch(/^(append|upsert|patch) .*"id"/)
      }
    }
    expect(thrownBy(() => remove<Row>(undefined, { by: 'id' })(list)).message).toMatch(/^remove .*"id"/)
  })

  test('patch fields that are not an object', () => {
    for (const fields of [undefined, null, 7, [1]])
      expect(thrownBy(() => patch(wrong(fields))({ a: 1 })).message).toMatch(/^patch /)
  })

  test('a max that is not a whole number, when the updater is created', () => {
    for (const max of [NaN, -1, 1.5, '5']) {
      expect(thrownBy(() => append({ id: 1 }, { max: wrong(max) })).message).toContain('max')
      expect(thrownBy(() => upsert({ id: 1 }, { by: 'id', max: wrong(max) })).message).toContain('max')
    }
    expect(append(1, { max: Infinity })([])).toEqual([1])
  })
})

test('list rows that are not objects stay where they are, and match no item', () => {
  const mixed = [undefined, null, 7, 'text', { id: 1 }] as never as readonly Row[]
  expect(append<Row>({ id: 2 }, { by: 'id' })(mixed)).toEqual([...mixed, { id: 2 }])
  expect(upsert<Row>({ id: 1, name: 'x' }, { by: 'id' })(mixed)).toEqual([
    ...mixed.slice(0, 4),
    { id: 1, name: 'x' },
  ])
  expect(patch<Row>({ id: 1, name: 'x' }, { by: 'id' })(mixed)?.[4]).toEqual({ id: 1, name: 'x' })
  expect(remove<Row>(1, { by: 'id' })(mixed)).toEqual(mixed.slice(0, 4))
})

test('null counts as missing data, because a poll returns it while there is nothing', () => {
  const none = wrong(null)
  expect(append<Row>({ id: 1 }, { by: 'id' })(none)).toEqual([{ id: 1 }])
  expect(upsert<Row>({ id: 1 }, { by: 'id' })(none)).toEqual([{ id: 1 }])
  expect(patch({ a: 1 })(none)).toEqual({ a: 1 })
  expect(patch<Row>({ id: 1 }, { by: 'id' })(none)).toEqual([])
  expect(remove<Row>(1, { by: 'id' })(none)).toEqual([])
})

test("idempotent marks a copy of a function as safe to apply twice, and keeps an updater's own properties", () => {
  const close = (data: { isOpen: boolean } | undefined) => data && { ...data, isOpen: false }
  const marked = idempotent(close)
  expect(marked({ isOpen: true })).toEqual({ isOpen: false })
  expect([marked.isIdempotent, 'isIdempotent' in close]).toEqual([true, false])
  const flush = {}
  const first = idempotent(append<Row>({ id: 4 }))(list, flush)
  const second = idempotent(append<Row>({ id: 5 }))
  expect([second.isIdempotent, second.sharesStructure]).toEqual([true, true])
  expect(second(first, flush)).toBe(first)
})

const thrownBy = (call: () => unknown): Error => {
  try {
    call()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}

const anyUpdater: fc.Arbitrary<Updater<readonly Row[]>> = fc.oneof(
  fc.nat(9).map(id => append<Row>({ id, name: 'a' }, { by: 'id', max: 6 })),
  fc.array(fc.nat(9), { maxLength: 3 }).map(added => append<Row>(rows(...added))),
  fc
    .record({ id: fc.nat(9), at: fc.constantFrom('start' as const, 'end' as const) })
    .map(({ id, at }) => upsert<Row>({ id, name: 'u' }, { by: 'id', at, max: 7 })),
  fc
    .record({ id: fc.nat(9), name: fc.constantFrom('a', 'b', 'u') })
    .map(row => upsert<Row>(row, { by: 'name' })),
  fc.nat(9).map(id => patch<Row>({ id, name: 'p' }, { by: 'id' })),
  fc.nat(9).map(id => remove<Row>(id, { by: 'id' })),
)
const anyList = fc.option(
  fc.array(fc.nat(9), { maxLength: 8 }).map(all => rows(...all)),
  { nil: undefined },
)

describe('every updater', () => {
  test('leaves its input unchanged, and keeps the identity of rows that it does not change', () => {
    fc.assert(
      fc.property(anyList, anyUpdater, (before, update) => {
        const copy = structuredClone(before)
        const known = new Set(before)
        const after = update(before) ?? []
        expect(before).toEqual(copy)
        // An update is about at most three ids here, of which a list may hold copies: all others are the same objects.
        const changed = after.filter(row => !known.has(row))
        expect(new Set(ids(changed)).size).toBeLessThanOrEqual(3)
      }),
    )
  })

  test('returns the same in a flush as alone', () => {
    fc.assert(
      fc.property(anyList, fc.array(anyUpdater, { maxLength: 150, size: 'max' }), (before, updates) => {
        const copy = structuredClone(before)
        const flush = {}
        const plain = updates.reduce<readonly Row[] | undefined>((data, update) => update(data), before)
        const inPlace = updates.reduce<readonly Row[] | undefined>(
          (data, update) => update(data, flush),
          before,
        )
        expect(inPlace).toEqual(plain)
        expect(before).toEqual(copy)
      }),
    )
  })

  test('that is marked idempotent is idempotent', () => {
    fc.assert(
      fc.property(anyList, anyUpdater, (before, update) => {
        fc.pre(update.isIdempotent === true)
        const distinct = new Set(ids(before)).size === (before?.length ?? 0)
        fc.pre(distinct && (before?.length ?? 0) < 6)
        const once = update(before)
        expect(update(once)).toEqual(once)
      }),
    )
  })
})

test('many updates of one list in one flush cost one copy', () => {
  const flush = {}
  const first = append<Row>({ id: 4 })(list, flush)
  const second = upsert<Row>({ id: 5 }, { by: 'id' })(first, flush)
  const third = remove<Row>(1, { by: 'id' })(second, flush)
  expect(first).not.toBe(list)
  expect([second, third]).toEqual([first, first])
  expect(second).toBe(first)
  expect(third).toBe(first)
  expect(append<Row>({ id: 6 })(third, {})).not.toBe(third)
})
