import { expect, test } from 'vitest'
import { type QueuedData, SendQueue } from '../../src/core/outbox.ts'
import { FakeClock } from '../support/fakeClock.ts'

function setup() {
  const clock = new FakeClock()
  const options = { limit: 3, ttl: 30_000 }
  const queue = new SendQueue(clock, () => options)
  const push = (data: string, more: Partial<QueuedData> = {}) =>
    queue.push({ data, isBounded: true, ...more })
  const drained = () => {
    const sent: unknown[] = []
    queue.drain(data => sent.push(data) > 0)
    return sent
  }
  return { clock, options, queue, push, drained }
}

test('queued data is sent once, in order', () => {
  const { push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  expect(drained()).toEqual(['a', 'b', 'c'])
  expect(drained()).toEqual([])
})

test('a full queue accepts nothing more, and keeps its items (W33)', () => {
  const { options, push, drained } = setup()
  expect(['a', 'b', 'c', 'd'].map(data => push(data))).toEqual([true, true, true, false])
  expect(drained()).toEqual(['a', 'b', 'c'])
  options.limit = 0
  expect(push('e')).toBe(false)
})

test('an item older than its ttl is not sent, and frees its place (W33)', () => {
  const { clock, push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  clock.advance(30_000)
  expect(push('d')).toBe(true)
  clock.advance(29_999)
  expect(drained()).toEqual(['d'])
})

test('an item lives for its ttl, even if the wall clock is set', () => {
  const { clock, push, drained } = setup()
  push('a')
  clock.setWallClock(-3_600_000)
  clock.advance(30_000)
  expect(drained()).toEqual([])
  push('b')
  clock.setWallClock(3_600_000)
  clock.advance(29_999)
  expect(drained()).toEqual(['b'])
})

test('data that the network does not accept stays, with everything after it', () => {
  const { queue, push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  queue.drain(data => data !== 'b')
  expect(drained()).toEqual(['b', 'c'])
})

test('sent is called once the data was handed over, not before', () => {
  const { queue, push } = setup()
  const sent: string[] = []
  push('a', { sent: () => sent.push('a') })
  queue.drain(() => false)
  expect(sent).toEqual([])
  queue.drain(() => true)
  expect(sent).toEqual(['a'])
})

test('an item can be removed, and all can be dropped', () => {
  const { queue, push, drained } = setup()
  const item = { data: 'a', isBounded: true }
  queue.push(item)
  push('b')
  queue.remove(item)
  queue.remove(item)
  expect(drained()).toEqual(['b'])
  push('c')
  queue.clear()
  expect(drained()).toEqual([])
})

test('a request waits in order with everything else, but has no limit and no ttl', () => {
  const { clock, push, drained } = setup()
  push('a')
  for (const request of ['r', 's', 't']) push(request, { isBounded: false })
  expect(['b', 'c', 'd'].map(data => push(data))).toEqual([true, true, false])
  clock.advance(30_000)
  push('e')
  expect(drained()).toEqual(['r', 's', 't', 'e'])
})

test('a new limit and ttl apply to items that are already queued', () => {
  const { clock, options, push, drained } = setup()
  ;['a', 'b'].forEach(data => push(data))
  clock.advance(1_000)
  options.limit = 2
  expect(push('c')).toBe(false)
  options.ttl = 1_000
  expect(push('c')).toBe(true)
  expect(drained()).toEqual(['c'])
})

test('a sender holds the queue until its items are sent, expired or removed', () => {
  const { clock, queue, push, drained } = setup()
  const sender = {}
  const item = { data: 'x', isBounded: true, sender }
  const held = () => queue.holds(sender)
  push('a', { sender })
  expect(held()).toBe(true)
  drained()
  expect(held()).toBe(false)
  queue.push(item)
  push('b', { sender })
  queue.remove(item)
  expect(held()).toBe(true)
  clock.advance(30_000)
  expect(held()).toBe(false)
})

test('data that makes the network throw is dropped and reported, and later data is sent', () => {
  const { queue, push } = setup()
  const failures: unknown[] = []
  const sent: unknown[] = []
  push('bad', { failed: error => failures.push(error), sent: () => sent.push('bad') })
  push('good')
  queue.drain(data => {
    if (data === 'bad') throw new Error('mine')
    return sent.push(data) > 0
  })
  expect([failures, sent]).toEqual([[new Error('mine')], ['good']])
})

test('200,000 items are queued, removed or sent at constant cost, in order', () => {
  const { options, queue } = setup()
  options.limit = Infinity
  const items = Array.from({ length: 200_000 }, (_, index) => ({ data: `${index}`, isBounded: true }))
  // If the cost grew with the length, this would take minutes.
  expect(items.every(item => queue.push(item))).toBe(true)
  items.forEach((item, index) => index % 2 === 0 && queue.remove(item))
  const sent: unknown[] = []
  queue.drain(data => sent.push(data) > 0)
  expect(sent).toEqual(items.filter((_, index) => index % 2 === 1).map(({ data }) => data))
})
