import { expect, test } from 'vitest'
import { createSendQueue } from '../../src/core/sendQueue.ts'
import { FakeClock } from '../support/fakeClock.ts'

const options = { limit: 3, ttl: 30_000 }

function setup() {
  const clock = new FakeClock()
  const queue = createSendQueue(clock)
  const push = (data: string, more = options) => queue.push({ data }, more)
  const drained = () => {
    const sent: unknown[] = []
    queue.drain(data => sent.push(data) > 0)
    return sent
  }
  return { clock, queue, push, drained }
}

test('what waits is sent once, in order', () => {
  const { push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  expect(drained()).toEqual(['a', 'b', 'c'])
  expect(drained()).toEqual([])
})

test('a full queue takes no more, and keeps what it has (W33)', () => {
  const { push, drained } = setup()
  expect(['a', 'b', 'c', 'd'].map(data => push(data))).toEqual([true, true, true, false])
  expect(drained()).toEqual(['a', 'b', 'c'])
  expect(push('e', { limit: 0, ttl: 1 })).toBe(false)
})

test('what is older than its ttl is not sent, and leaves its place (W33)', () => {
  const { clock, push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  clock.advance(30_000)
  expect(push('d')).toBe(true)
  clock.advance(29_999)
  expect(drained()).toEqual(['d'])
})

test('what the network does not take stays, with all that came after it', () => {
  const { queue, push, drained } = setup()
  ;['a', 'b', 'c'].forEach(data => push(data))
  queue.drain(data => data !== 'b')
  expect(drained()).toEqual(['b', 'c'])
})

test('sent is called when it was handed over, not before', () => {
  const { queue } = setup()
  const sent: string[] = []
  queue.push({ data: 'a', sent: () => sent.push('a') }, options)
  queue.drain(() => false)
  expect(sent).toEqual([])
  queue.drain(() => true)
  expect(sent).toEqual(['a'])
})

test('an item can be taken back, and all can be dropped', () => {
  const { queue, push, drained } = setup()
  const item = { data: 'a' }
  queue.push(item, options)
  push('b')
  queue.remove(item)
  queue.remove(item)
  expect(drained()).toEqual(['b'])
  push('c')
  queue.clear()
  expect(drained()).toEqual([])
})
