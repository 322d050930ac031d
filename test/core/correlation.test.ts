import { expect, test } from 'vitest'
import { Correlation, type Subscription } from '../../src/core/correlation.ts'
import { StreamPosition } from '../../src/core/streamPosition.ts'

const subscriptionTo = (type: string): Subscription => ({
  hash: type,
  type,
  params: undefined,
  users: 1,
  closeTimer: undefined,
  sent: undefined,
  listeners: new Set(),
  position: new StreamPosition(),
  isCurrent: false,
  last: undefined,
  latest: undefined,
  mayResume: true,
  isBehind: false,
  isRefused: false,
  isMissing: false,
  isComplete: false,
  error: undefined,
  waiting: new Set(),
})

test('what a server says about a subscribe belongs to its subscription; about an unsubscribe, to nothing', () => {
  const correlation = new Correlation()
  const target = subscriptionTo('price')
  const { id } = correlation.number({ kind: 'subscribe', type: 'price', params: undefined, target })
  const resolved = correlation.resolve({ re: id, response: 1 })
  expect(resolved).toMatchObject({ subscription: target, message: { type: 'price', response: 1 } })
  const end = correlation.number({
    kind: 'unsubscribe',
    type: 'price',
    params: undefined,
    target,
    of: { id },
  })
  expect(correlation.resolve({ re: end.id, response: null })).toBeUndefined()
  expect(correlation.resolve({ re: id, response: 2 })).toBeUndefined()
})
