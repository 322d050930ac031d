import { expect, test } from 'vitest'
import { Registry, type Shared } from '../../src/core/registry.ts'
import { FakeClock } from '../support/fakeClock.ts'

class Thing implements Shared {
  starts = 0
  ends = 0
  start() {
    this.starts++
  }
  dispose() {
    this.ends++
  }
}

function setup(closeDelay = 1_000) {
  const clock = new FakeClock()
  const made: Thing[] = []
  const registry = new Registry<Thing>(clock, () => closeDelay)
  const create = () => {
    const thing = new Thing()
    made.push(thing)
    return thing
  }
  return { clock, made, registry, acquire: (key = 'a') => registry.acquire(key, create) }
}

test('a hundred users of one key share one value; another key is another value', () => {
  const { made, registry, acquire } = setup()
  const leases = Array.from({ length: 100 }, () => acquire())
  expect(new Set(leases.map(({ value }) => value)).size).toBe(1)
  expect(registry.entries()).toEqual([{ value: made[0], users: 100, closeTimer: undefined }])
  expect(acquire('b').value).not.toBe(leases[0]?.value)
})

test('the last user leaves it for the close delay, and then it ends', () => {
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

test('who comes back while it lingers gets the same one, and no end is left planned', () => {
  const { clock, made, acquire } = setup()
  acquire().release()
  clock.advance(999)
  acquire()
  clock.advance(10_000)
  expect([made.length, made[0]?.ends, clock.pending]).toEqual([1, 0, 0])
})

test('who comes later gets a new one', () => {
  const { clock, made, acquire } = setup()
  acquire().release()
  clock.advance(1_000)
  acquire()
  expect(made.map(({ ends }) => ends)).toEqual([1, 0])
})

test('a share is given back once, however often it is released', () => {
  const { clock, made, acquire } = setup()
  const a = acquire()
  acquire()
  a.release()
  a.release()
  clock.advance(10_000)
  expect(made[0]?.ends).toBe(0)
})

test('disposeAll ends everything at once, lingering or not, and late releases do nothing', () => {
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

test('whoever watches is told of what comes, goes and changes its number of users', () => {
  const { clock, registry, acquire } = setup()
  const seen: number[] = []
  const end = registry.subscribe(() =>
    seen.push(registry.entries().reduce((sum, { users }) => sum + users, 0)),
  )
  const a = acquire()
  acquire().release()
  a.release()
  clock.advance(1_000)
  end()
  acquire()
  expect(seen).toEqual([1, 2, 1, 0, 0])
})

test('1,000 shares taken and given back leave nothing (C14)', () => {
  const { clock, made, registry, acquire } = setup()
  for (let round = 0; round < 1_000; round++) {
    acquire(`${round % 7}`).release()
    if (round % 50 === 0) clock.advance(600)
  }
  clock.advance(1_000)
  expect([registry.entries().length, clock.pending]).toEqual([0, 0])
  expect(made.every(({ ends }) => ends === 1)).toBe(true)
})
