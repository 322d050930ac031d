import { hashKey } from '@tanstack/react-query'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashValue } from '../../src/core/hash.ts'
import { KeyHashes } from '../../src/cache/trackedKeys.ts'

const simple = fc.oneof(fc.constantFrom('1', '', 'a'), fc.constantFrom(0, -0, 1, NaN), fc.boolean())
const member = fc.tuple(
  fc.constantFrom('', '1', 'id', 'toJSON'),
  fc.oneof(simple, fc.constantFrom(null, undefined)),
)
const params = fc.oneof(
  simple,
  fc.constantFrom(null, undefined, {}, [], { id: { id: 1 } }, new Date(0)),
  fc.array(member, { maxLength: 2 }).map(members => Object.fromEntries(members)),
)
const anyKey = fc.oneof(
  fc.tuple(fc.constantFrom('price', 'row', 1)),
  fc.tuple(fc.constantFrom('price', 'row'), params),
  fc.tuple(fc.constantFrom('price', 'row'), params, params),
)

test('a hash equals the one that TanStack Query computes, however often and with whatever other keys it is requested', () => {
  fc.assert(
    fc.property(fc.array(anyKey, { maxLength: 30 }), keys => {
      const hashes = new KeyHashes(hashValue)
      for (const key of [...keys, ...keys]) expect(hashes.of(key)).toBe(hashKey(key))
    }),
    { numRuns: 500 },
  )
})

test('hashes stay correct with more keys than are remembered', () => {
  const hashes = new KeyHashes(hashValue)
  for (let id = 0; id < 20_001; id++) expect(hashes.of(['row', { id }])).toBe(`["row",{"id":${id}}]`)
  expect(hashes.of(['row', { id: 0 }])).toBe('["row",{"id":0}]')
})
