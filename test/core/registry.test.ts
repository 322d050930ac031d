import { expect, test } from 'vitest'
import { Registry, type Shared } from '../../src/core/registry.ts'
import { FakeClock } from '../support/fakeClock.ts'

class Thing implements Shared {
  ends = 0
  dispose() {
    this.ends++
  }
}

function setup(closeDelay = 1_000, onChange = () => {}) {
  const clock = new FakeClock()
  const made: Thing[] = []
  const registry = new Registry<Thing>(
    clock,
    () => closeDelay,
    () => onChange(),
  )
  const create = () => {
    const thing = new Thing()
    made.push(thing)
    return thing
  }
  return { clock, made, registry, acquire: (key = 'a') => registry.acquire(key, create) }
}

test('a hundred users of one key share one value; another key has another value', () => {
  const { made, registry, acquire } = setup()
  const leases = Array.from({ length: 100 }, () => acquire())
  expect(new Set(leases.map(({ value }) => value)).size).toBe(1)
  expect(registry.entries()).toEqual([{ value: made[0], users: 100, closeTimer: undefined }])
  expect(acquire('b').value).not.toBe(leases[0]?.value)
})

test('the value is disposed one close delay after its last user leaves', () => {
  const { clock, made, registry, acquire } = setup()
  const [a, b] = [acquire(), acquire()]
  a.release()
  clock.advance(5_000)
  b.release()
  clock.advance(999)
  expect(made[0]?.ends).toBe(0)
  clock.advance(1)
  expect(made[0]?.ends).toBe(1)
  expect(registry.get('a')).toBeUndefined()
})

test('a user that returns within the close delay gets the same value, and no disposal stays scheduled', () => {
  const { clock, made, acquire } = setup()
  acquire().release()
  clock.advance(999)
  acquire()
  clock.advance(10_000)
  expect([made.length, made[0]?.ends, clock.pending]).toEqual([1, 0, 0])
})

test('the first user, and the first after all have left, is told so', () => {
  const { acquire } = setup()
  const a = acquire()
  const b = acquire()
  a.release()
  b.release()
  expect([a, b, acquire(), acquire()].map(({ isFirst }) => isFirst)).toEqual([true, false, true, false])
})

test('a user that comes later gets a new value', () => {
  const { clock, made, acquire } = setup()
  acquire().release()
  clock.advance(1_000)
  acquire()
  expect(made.map(({ ends }) => ends)).toEqual([1, 0])
})

test('a lease is released once, however often release is called', () => {
  const { clock, made, acquire } = setup()
  const a = acquire()
  acquire()
  a.release()
  a.release()
  clock.advance(10_000)
  expect(made[0]?.ends).toBe(0)
})

test('disposeAll disposes everything at once, and late releases do nothing', () => {
  const { clock, made, registry, acquire } = setup()
  const a = acquire('a')
  acquire('b').release()
  registry.disposeAll()
  expect(made.map(({ ends }) => ends)).toEqual([1, 1])
  const again = acquire('a')
  a.release()
  clock.advance(10_000)
  expect(again.value.ends).toBe(0)
  expect(registry.entries()).toHaveLength(1)
})

test('it notifies of values that come, go or change their number of users', () => {
  const seen: number[] = []
  const { clock, registry, acquire } = setup(1_000, () =>
    seen.push(registry.entries().reduce((sum, { users }) => sum + users, 0)),
  )
  const a = acquire()
  acquire().release()
  a.release()
  clock.advance(1_000)
  expect(seen).toEqual([1, 2, 1, 0, 0])
})

test('1,000 leases acquired and released leave nothing behind (C14)', () => {
  const { clock, made, registry, acquire } = setup()
  for (let round = 0; round < 1_000; round++) {
    acquire(`${round % 7}`).release()
    if (round % 50 === 0) clock.advance(600)
  }
  clock.advance(1_000)
  expect([registry.entries().length, clock.pending]).toEqual([0, 0])
  expect(made.every(({ ends }) => ends === 1)).toBe(true)
})
