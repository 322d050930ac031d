import { type QueryFunctionContext, QueryObserver } from '@tanstack/react-query'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { append, upsert } from '../../src/cache/updaters.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { settle } from '../support/connectionHarness.ts'

interface Row {
  id: number
  n: number
}

const key = ['rows']

/**
 * A list on screen. Its fetches take `latency` ms of a fake clock, and its server reads it at some point in
 * that time.
 */
function setUpList({ latency = 100, readAfter = 0 } = {}) {
  const { client, clock, liveQueries, writer } = setUpCache({ sources: [{ queryKey: key }] })
  client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
  const server: Row[] = []
  const began: number[] = []
  const counts = { aborted: 0, answered: 0 }
  const queryFn = ({ signal }: QueryFunctionContext) =>
    new Promise<Row[]>(resolve => {
      began.push(clock.now())
      signal.addEventListener('abort', () => counts.aborted++)
      clock.setTimeout(() => {
        const read = [...server]
        clock.setTimeout(() => resolve(read), latency * (1 - readAfter))
      }, latency * readAfter)
    }).then(rows => (counts.answered++, rows))
  const observer = new QueryObserver(client, { queryKey: key, queryFn })
  const unwatch = observer.subscribe(() => undefined)
  const end = () => {
    unwatch()
    client.clear()
  }
  const change = () => {
    const row = { id: server.length, n: clock.now() }
    server.push(row)
    return row
  }
  const flush = async () => {
    writer.flush()
    await settle()
  }
  return {
    client,
    clock,
    liveQueries,
    server,
    began,
    counts,
    unwatch,
    end,
    async advance(ms: number) {
      const until = clock.now() + ms
      while (clock.now() < until) {
        clock.advance(Math.min(5, until - clock.now()))
        await settle()
      }
    },
    async invalidate() {
      change()
      liveQueries.invalidateQueries(key)
      await flush()
    },
    async gap() {
      change()
      liveQueries.invalidateAll()
      await settle()
    },
    async append() {
      liveQueries.setQueryData(key, append(change()))
      await flush()
    },
    async upsert() {
      liveQueries.setQueryData(key, upsert(change(), { by: 'id' }))
      await flush()
    },
    data: () => client.getQueryData<Row[]>(key),
    isStale: () => client.getQueryState(key)?.isInvalidated,
  }
}

type List = ReturnType<typeof setUpList>

/** Twenty messages a second, for this many seconds. */
async function stream(list: List, seconds: number, message: () => Promise<void>): Promise<void> {
  for (let count = 0; count < 20 * seconds; count++) {
    await message()
    await list.advance(50)
  }
}

describe('a key that is invalidated twenty times a second, with fetches of 100 ms,', () => {
  test.each(['invalidate', 'gap'] as const)(
    'is fetched at most once a second after the first fetch, and no fetch is cancelled (%s)',
    async cause => {
      const list = setUpList()
      onTestFinished(list.end)
      await list.advance(200)
      await stream(list, 3, list[cause])
      expect(list.counts.aborted).toBe(0)
      // The first load, the first invalidation, and one for each second.
      expect(list.began.length).toBeLessThanOrEqual(5)
      expect(list.counts.answered).toBeGreaterThanOrEqual(3)
      await list.advance(2_000)
      expect(list.data()).toEqual(list.server)
    },
  )

  test('shows fresh data while messages keep arriving', async () => {
    const list = setUpList()
    onTestFinished(list.end)
    await list.advance(200)
    await stream(list, 2, list.invalidate)
    expect(list.data()?.length).toBeGreaterThan(0)
  })
})

test('a key with rows appended faster than it is fetched is fetched at most once a second, and ends complete', async () => {
  const list = setUpList({ latency: 70 })
  onTestFinished(list.end)
  await stream(list, 2, list.append)
  expect(list.began.length).toBeLessThanOrEqual(4)
  await list.advance(2_000)
  expect(list.data()).toEqual(list.server)
})

test('an invalidation is followed by a fetch at once, if the last extra fetch of its key is over a second old', async () => {
  const list = setUpList()
  onTestFinished(list.end)
  await list.advance(200)
  for (let round = 1; round <= 3; round++) {
    await list.invalidate()
    expect(list.began).toHaveLength(1 + round)
    await list.advance(1_000)
  }
})

test('an invalidation with a delayed fetch is settled by any fetch that started after it', async () => {
  const list = setUpList()
  onTestFinished(list.end)
  await list.advance(200)
  await list.invalidate()
  await list.advance(200)
  await list.invalidate()
  expect(list.began).toHaveLength(2)
  void list.client.refetchQueries({ queryKey: key })
  await list.advance(3_000)
  expect(list.began).toHaveLength(3)
})

test('an invalidation during a failing fetch is followed by another fetch', async () => {
  const { client, clock, liveQueries, writer } = setUpCache()
  client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
  let fetches = 0
  const queryFn = () =>
    new Promise((resolve, reject) => {
      const settleIt = ++fetches === 2 ? () => reject(new Error('down')) : () => resolve(fetches)
      clock.setTimeout(settleIt, 100)
    })
  onTestFinished(new QueryObserver(client, { queryKey: key, queryFn }).subscribe(() => undefined))
  clock.advance(100)
  await settle()
  liveQueries.invalidateQueries(key)
  writer.flush()
  await settle()
  liveQueries.invalidateQueries(key)
  writer.flush()
  for (let turn = 0; turn < 15; turn++) {
    clock.advance(100)
    await settle()
  }
  expect([fetches, client.getQueryData(key)]).toEqual([3, 3])
  client.clear()
})

test('an invalidation during a fetch is still followed by another one if a whole value is pushed after it', async () => {
  const list = setUpList()
  onTestFinished(list.end)
  await list.invalidate()
  list.liveQueries.setQueryData(key, [])
  list.liveQueries.flush()
  await list.advance(1_500)
  expect(list.began).toHaveLength(2)
})

test('an unobserved key is only marked as stale, even if its observer leaves while a fetch is delayed', async () => {
  const list = setUpList()
  onTestFinished(list.end)
  await list.advance(200)
  await list.invalidate()
  await list.advance(200)
  await list.invalidate()
  list.unwatch()
  await list.invalidate()
  await list.advance(3_000)
  expect([list.began.length, list.isStale()]).toEqual([2, true])
})

test('a clock that goes back delays no fetch by more than a second', async () => {
  const list = setUpList()
  onTestFinished(list.end)
  await list.advance(200)
  await list.invalidate()
  await list.advance(200)
  list.clock.setWallClock(-3_600_000)
  await list.invalidate()
  await list.advance(1_200)
  expect(list.began).toHaveLength(3)
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 700 }).map(ms => ({ name: 'advance' as const, ms })) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('invalidate' as const, 'gap' as const, 'append' as const, 'upsert' as const)
      .map(name => ({ name })),
  },
)

test('under any sequence of pushes, invalidations and gaps: no fetch is cancelled, extra ones are a second apart, the last one starts after the last invalidation, and the data ends equal to the server', async () => {
  const property = fc.asyncProperty(
    fc.record({
      latency: fc.integer({ min: 5, max: 1_500 }),
      readAfter: fc.constantFrom(0, 0.5, 1),
    }),
    fc.array(step, { maxLength: 40 }),
    async (options, steps) => {
      const list = setUpList(options)
      try {
        let lastInvalidation = 0
        for (const { name, ...more } of steps) {
          if (name === 'advance') await list.advance((more as { ms: number }).ms)
          else await list[name]()
          if (name === 'invalidate' || name === 'gap') lastInvalidation = list.clock.now()
        }
        await list.advance(2 * options.latency + 3_000)
        const extra = list.began.slice(1)
        const apart = extra.slice(1).map((time, index) => time - (extra[index] ?? 0))
        expect(Math.min(1_000, ...apart)).toBe(1_000)
        expect(list.counts.aborted).toBe(0)
        expect(list.began.at(-1)).toBeGreaterThanOrEqual(lastInvalidation)
        expect(list.data()).toEqual(list.server)
      } finally {
        list.end()
      }
    },
  )
  const seed = Number(process.env['FETCH_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: 300, seed })
}, 120_000)
