import { expect, it } from 'vitest'
import { differences, missingUpdates } from '../../../stories/converged/differences.ts'
import type { Order } from '../../../stories/orders/orders.ts'

const order = (id: string, version: number): Order => ({
  id,
  item: 'tea',
  quantity: version,
  status: 'open',
  version,
})

it('equal lists do not differ, and extra fields are ignored', () => {
  expect(differences([order('a', 1)], [{ ...order('a', 1), createdAt: 5 } as Order])).toEqual([])
})

it('an outdated order lacks the versions in between', () => {
  const [difference, ...rest] = differences([order('a', 2), order('b', 1)], [order('a', 5), order('b', 1)])
  expect(difference).toEqual({ id: 'a', cached: order('a', 2), held: order('a', 5) })
  expect(rest).toEqual([])
  expect(missingUpdates(difference!)).toBe(3)
})

it('a missing order lacks all its versions, and a removed one lacks its removal', () => {
  const missing = differences([order('b', 4)], [order('a', 3)])
  expect(missing.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(missing.map(missingUpdates)).toEqual([3, 1])
})
