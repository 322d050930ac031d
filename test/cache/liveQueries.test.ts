import { QueryObserver } from '@tanstack/react-query'
import { describe, expect, onTestFinished, test } from 'vitest'
import { upsert } from '../../src/cache/updaters.ts'
import { anything } from '../support/schemas.ts'
import { setUpCache } from '../support/setUpCache.ts'

function setup() {
  const { client, clock, writer, liveQueries, createLiveQueries } = setUpCache()
  /** Mounts a query on screen. Returns how often it was fetched. */
  const show = (queryKey: readonly unknown[]) => {
    const counts = { fetches: 0 }
    const queryFn = () => ++counts.fetches
    const end = new QueryObserver(client, { queryKey, queryFn, staleTime: Infinity }).subscribe(
      () => undefined,
    )
    onTestFinished(end)
    return counts
  }
  const stale = () =>
    client
      .getQueryCache()
      .getAll()
      .filter(({ state }) => state.isInvalidated)
      .map(({ queryHash }) => queryHash)
  return { client, clock, writer, liveQueries, createLiveQueries, show, stale }
}
const settle = () => new Promise(resolve => setTimeout(resolve, 10))

describe('a gap', () => {
  test('invalidates every key that was written, including pending writes, and returns the keys', () => {
    const { client, liveQueries, stale } = setup()
    client.setQueryData(['other'], 1)
    liveQueries.setQueryData(['a', { x: 1, y: 2 }], 1)
    liveQueries.setQueryData(['b'], 2)
    expect(liveQueries.invalidateAll()).toEqual([['a', { x: 1, y: 2 }], ['b']])
    expect(client.getQueryData(['b'])).toBe(2)
    expect(stale()).toEqual(['["a",{"x":1,"y":2}]', '["b"]'])
  })

  test('refetches a key on screen exactly once, even if it was written, noted and matched by an invalidated prefix', async () => {
    const { clock, liveQueries, show } = setup()
    const shown = show(['orders', 1])
    await settle()
    liveQueries.invalidateQueries(['orders'])
    liveQueries.invalidateQueries(['orders', 1])
    await settle()
    clock.advance(1_000)
    const before = shown.fetches
    liveQueries.setQueryData(['orders', 1], 'pushed')
    liveQueries.onResponse(['orders', 1])
    liveQueries.invalidateAll()
    await settle()
    expect(shown.fetches).toBe(before + 1)
  })

  test('invalidates every key that matches an invalidated prefix', async () => {
    const { client, liveQueries, show, stale } = setup()
    liveQueries.invalidateQueries(['totals'])
    await settle()
    client.setQueryData(['totals', 'later'], 1)
    const shown = show(['totals', 'shown'])
    await settle()
    expect(liveQueries.invalidateAll()).toEqual([['totals']])
    await settle()
    expect([stale(), shown.fetches]).toEqual([['["totals","later"]'], 2])
  })

  test('ignores keys that have left the cache', () => {
    const { client, liveQueries } = setup()
    liveQueries.setQueryData(['a'], 1)
    liveQueries.setQueryData(['b'], 1)
    liveQueries.invalidateAll()
    client.removeQueries({ queryKey: ['a'] })
    expect(liveQueries.invalidateAll()).toEqual([['b']])
  })

  test('affects only this connection', () => {
    const { createLiveQueries, liveQueries, stale } = setup()
    const other = createLiveQueries()
    liveQueries.setQueryData(['a'], 1)
    other.setQueryData(['b'], 1)
    other.invalidateAll()
    expect(stale()).toEqual(['["b"]'])
  })
})

describe('the list of keys', () => {
  test('contains all keys of a burst, even before any is in the cache', () => {
    const { liveQueries } = setup()
    for (let index = 0; index < 5_000; index++) liveQueries.setQueryData(['row', index], index)
    expect(liveQueries.invalidateAll()).toHaveLength(5_000)
  })

  test('drops keys that have left the cache, so that it stays bounded', () => {
    const { client, writer, liveQueries } = setup()
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 500; index++) liveQueries.setQueryData(['row', round, index], index)
      writer.flush()
      client.clear()
    }
    liveQueries.setQueryData(['last'], 1)
    expect(liveQueries.invalidateAll()).toEqual([['last']])
  })
})

test('the end of a connection marks its keys as stale and refetches nothing', async () => {
  const { liveQueries, show, stale } = setup()
  const shown = show(['a'])
  await settle()
  liveQueries.setQueryData(['a'], 'pushed')
  liveQueries.end()
  await settle()
  expect([stale(), shown.fetches]).toEqual([['["a"]'], 1])
})

test('a message is written if its type is declared, or if a query with exactly its key is cached', () => {
  const { client, liveQueries } = setup()
  const key = ['a', { x: 1, y: 2 }]
  client.setQueryData(key, 1)
  expect(liveQueries.replace(['a', { y: 2, x: 1 }], 2, false)).toBe(true)
  expect([['a'], ['a', { x: 1 }], ['a', null]].some(other => liveQueries.replace(other, 2, false))).toBe(
    false,
  )
  expect(liveQueries.replace(['b'], 2, true)).toBe(true)
  liveQueries.flush()
  expect([
    client.getQueryData(key),
    client.getQueryData(['b']),
    client.getQueryCache().getAll().length,
  ]).toEqual([2, 2, 2])
})

describe('after a gap, although nothing was written yet,', () => {
  test('keys of declared types without a handler, and those that the application names, are stale', async () => {
    const { client, rules, liveQueries } = setUpCache({ sources: [{ queryKey: ['orders'] }] })
    rules.apply([{ messages: { price: anything, order: anything }, on: { order: () => {} } }])
    const stale = [['price', { symbol: 'BTC' }], ['price'], ['orders', 'open']]
    const fresh = [['price', 'list', 1], ['order', 1], ['other']]
    for (const key of [...stale, ...fresh]) client.setQueryData(key, 1)
    const told = liveQueries.invalidateAll()
    await Promise.resolve()
    const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated
    expect([stale.map(isStale), fresh.map(isStale)]).toEqual([
      [true, true, true],
      [false, false, false],
    ])
    expect(told).toEqual([['price', { symbol: 'BTC' }], ['price'], ['orders']])
  })
})

describe('when a connection opens for the first time,', () => {
  const setUpSources = () =>
    setUpCache({
      sources: [
        { queryKey: ['orders'] },
        { queryKey: ['log'], position: ({ seq }: { seq: number }) => ({ seq }) },
      ],
    })

  test('a query of `liveQueries` is refetched once, whether it was already fetched or is being fetched, because it may have missed updates', async () => {
    const { client, liveQueries } = setUpSources()
    const asked: ((answer: number) => void)[] = []
    const queryFn = () => new Promise<number>(resolve => void asked.push(resolve))
    for (const queryKey of [['orders', 1], ['orders', 2], ['other']]) {
      onTestFinished(
        new QueryObserver(client, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => {}),
      )
    }
    asked[0]?.(1)
    asked[2]?.(1)
    await settle()
    liveQueries.onOpen()
    await settle()
    expect(asked).toHaveLength(4)
    asked[1]?.(1)
    await settle()
    expect(asked).toHaveLength(5)
    asked[3]?.(2)
    asked[4]?.(2)
    await settle()
    expect([['orders', 1], ['orders', 2], ['other']].map(key => client.getQueryData(key))).toEqual([2, 2, 1])
  })

  test('data of `liveQueries` that is older than the connection is fetched only once, with a message during the fetch', async () => {
    const { client, clock, liveQueries } = setUpSources()
    type Orders = { id: number }[]
    const settleFetch: ((data: Orders) => void)[] = []
    const queryFn = () => new Promise<Orders>(resolve => void settleFetch.push(resolve))
    client.setQueryData(['orders'], [{ id: 1 }], { updatedAt: clock.now() - 1 })
    const observer = new QueryObserver(client, { queryKey: ['orders'], queryFn, staleTime: Infinity })
    onTestFinished(observer.subscribe(() => {}))
    liveQueries.onOpen()
    await settle()
    liveQueries.setQueryData(['orders'], upsert({ id: 3 }, { by: 'id' }))
    await settle()
    settleFetch[0]?.([{ id: 1 }, { id: 2 }])
    await settle()
    clock.advance(2_000)
    await settle()
    expect(settleFetch).toHaveLength(1)
    expect(client.getQueryData(['orders'])).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
  })

  test('a query with a position, or of a declared type that is not in `liveQueries`, is not refetched', async () => {
    const { client, rules, liveQueries } = setUpSources()
    rules.apply([{ messages: { price: anything } }])
    client.setQueryData(['log'], { seq: 1 })
    client.setQueryData(['price'], 1)
    liveQueries.onOpen()
    await settle()
    expect([['log'], ['price']].map(key => client.getQueryState(key)?.isInvalidated)).toEqual([false, false])
  })
})

describe('queries that messages create', () => {
  const create = (liveQueries: ReturnType<typeof setUpCache>['liveQueries'], from: number, to: number) => {
    for (let n = from; n < to; n++) liveQueries.replace(['price', { n }], n, true)
  }

  test('stay below maxQueries, even within one frame: the oldest unobserved ones are dropped first, with an event', () => {
    const dropped: number[] = []
    const { client, liveQueries } = setUpCache({
      maxQueries: 100,
      report: event => void (event.kind === 'queries-dropped' && dropped.push(event.count)),
    })
    create(liveQueries, 0, 1_000)
    liveQueries.flush()
    const left = client
      .getQueryCache()
      .getAll()
      .map(({ queryKey }) => (queryKey[1] as { n: number }).n)
    expect(left.length).toBeLessThanOrEqual(100)
    expect(left).toEqual(Array.from({ length: left.length }, (_, index) => 1_000 - left.length + index))
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(1_000 - left.length)
  })

  test('stay while a component observes them, as do queries that the application created', () => {
    const { client, liveQueries } = setUpCache({ maxQueries: 10 })
    client.setQueryData(['price', { n: 'own' }], 1)
    create(liveQueries, 0, 5)
    liveQueries.flush()
    for (let n = 0; n < 5; n++)
      onTestFinished(
        new QueryObserver(client, { queryKey: ['price', { n }], enabled: false }).subscribe(() => {}),
      )
    create(liveQueries, 5, 200)
    liveQueries.flush()
    for (const n of [0, 1, 2, 3, 4, 'own', 199]) expect(client.getQueryData(['price', { n }])).toBeDefined()
    expect(client.getQueryCache().getAll().length).toBeLessThanOrEqual(12)
  })

  test('no longer count once they have left the cache', () => {
    const { client, liveQueries } = setUpCache({ maxQueries: 100 })
    create(liveQueries, 0, 90)
    liveQueries.flush()
    client.clear()
    create(liveQueries, 100, 190)
    liveQueries.flush()
    expect(client.getQueryCache().getAll()).toHaveLength(90)
  })
})

describe('the loss of the last handler of a type', () => {
  test('marks only what it wrote and invalidated as stale', () => {
    const { client, liveQueries, stale } = setup()
    for (const key of [['a'], ['b'], ['totals', 1]]) client.setQueryData(key, 1)
    const write = (type: string, key: string) => {
      liveQueries.type = type
      liveQueries.setQueryData([key], 2)
      liveQueries.type = undefined
    }
    write('x', 'a')
    write('y', 'b')
    liveQueries.type = 'x'
    liveQueries.invalidateQueries(['totals'])
    liveQueries.type = undefined
    liveQueries.flush()
    client.setQueryData(['totals', 1], 2)
    liveQueries.configure({ maxQueries: Infinity, lostTypes: ['x'] })
    expect(stale()).toEqual(['["a"]', '["totals",1]'])
  })

  test('marks what it kept current as stale', () => {
    const { client, liveQueries, stale } = setup()
    client.setQueryData(['orders', 1], 1)
    client.setQueryData(['other'], 1)
    liveQueries.configure({ liveQueries: [['orders']], maxQueries: Infinity })
    liveQueries.configure({ liveQueries: [], maxQueries: Infinity })
    expect(stale()).toEqual(['["orders",1]'])
  })
})
