import { hashKey } from '@tanstack/react-query'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashValue, isEqual, isPlainObject } from '../../src/core/hash.ts'

test('equal values have equal hashes, regardless of the order of their keys', () => {
  expect(hashValue({ a: 1, b: { c: 2, d: 3 } })).toBe(hashValue({ b: { d: 3, c: 2 }, a: 1 }))
  expect(hashValue([{ a: 1, b: 2 }])).toBe(hashValue([{ b: 2, a: 1 }]))
})

test('different values have different hashes', () => {
  const values = [1, '1', [1], { a: 1 }, { a: '1' }, null, [null], [], {}, true, 'true', '']
  expect(new Set(values.map(hashValue)).size).toBe(values.length)
})

test('undefined members are ignored', () => {
  expect(hashValue({ a: 1, b: undefined })).toBe(hashValue({ a: 1 }))
  expect(hashValue(undefined)).toBe('')
})

test('a hash equals the one that TanStack Query computes for the same key', () => {
  const anyKey = fc.array(fc.jsonValue(), { maxLength: 4 })
  // TanStack Query's hash drops a member named __proto__.
  const usual = anyKey.filter(key => !JSON.stringify(key).includes('__proto__'))
  fc.assert(
    fc.property(usual, key => void expect(hashValue(key)).toBe(hashKey(key))),
    { numRuns: 1_000 },
  )
  for (const key of [
    ['a', { d: new Date(0) }],
    ['a', undefined],
    ['a', { b: [undefined, { y: 1, x: 2 }] }],
    ['a', [], [undefined], {}, { b: undefined }],
    ['a', { toJSON: () => ({ y: 1, x: 2 }) }],
    [
      new (class Money {
        currency = { y: 1, x: 2 }
        amount = 1
      })(),
    ],
  ]) {
    expect(hashValue(key)).toBe(hashKey(key))
  }
})

test('a member named __proto__ is included, and sets no prototype', () => {
  const plain = JSON.parse('{ "a": 1 }') as object
  const tricky = JSON.parse('{ "a": 1, "__proto__": { "b": 2 } }') as object
  expect(hashValue(tricky)).not.toBe(hashValue(plain))
  expect(hashValue(tricky)).toContain('__proto__')
  expect(({} as Record<string, unknown>)['b']).toBeUndefined()
})

test('plain objects are those that JSON can represent', () => {
  expect([{}, Object.create(null), JSON.parse('{}')].every(isPlainObject)).toBe(true)
  expect([[], null, undefined, 1, 'a', new Date(), new Map(), () => 1].some(isPlainObject)).toBe(false)
})

test('values are equal if their hashes are, whether or not they are the same object', () => {
  const anyValue = fc.oneof(
    fc.constantFrom(undefined, null, NaN, 1, '1', {}, [], { a: undefined }, { b: undefined }, { a: null }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      expect(isEqual(a, b)).toBe(hashValue(a) === hashValue(b))
      expect(isEqual(a, structuredClone(a))).toBe(true)
    }),
    { numRuns: 1_000 },
  )
  expect(isEqual({ a: undefined }, { b: 1 })).toBe(false)
  expect(isEqual({ toString: Object.prototype.toString }, { a: 1 })).toBe(false)
})
