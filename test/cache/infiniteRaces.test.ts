import { type InfiniteData, InfiniteQueryObserver } from '@tanstack/react-query'
import { describe, expect, onTestFinished, test } from 'vitest'
import { append, patch, remove, upsert } from '../../src/cache/updaters.ts'
import { startServer } from '../support/httpServer.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { until } from '../support/until.ts'
import type { LiveQuery } from '../../src/cache/liveQueries.ts'

interface Row {
  id: number
  text?: string
}
interface Page {
  items: Row[]
  seq: number
}
interface Cursor {
  before?: number
  after?: number
}

const key = ['feed']
const SIZE = 3
const by = 'id'
const list = 'items'

/** A feed, the newest row first, read in pages from a real server. The test decides when responses arrive. */
async function openFeed({ maxPages, sources = [] }: { maxPages?: number; sources?: LiveQuery[] } = {}) {
  const feed = new Map<number, Row>(Array.from({ length: 12 }, (_, index) => [index + 1, { id: index + 1 }]))
  let seq = 0
  const sorted = () => [...feed.values()].sort((a, b) => b.id - a.id)
  const held: (() => void)[] = []
  let isHolding = false
  const { url, requests } = await startServer((response, request) => {
    const read = (name: string) => {
      const value = new URL(request.url ?? '', 'http://localhost').searchParams.get(name)
      return value === null ? undefined : Number(value)
    }
    const [before = Infinity, after] = [read('before'), read('after')]
    const rows = sorted().filter(({ id }) => id < before && id > (after ?? 0))
    const items = after === undefined ? rows.slice(0, SIZE) : rows.slice(-SIZE)
    const body = JSON.stringify({ items, seq })
    const answer = () => void response.end(body)
    if (isHolding) held.push(answer)
    else answer()
  })
  const { client, clock, writer, liveQueries } = setUpCache({
    scheduleFrame: callback => void setTimeout(callback, 1),
    sources,
  })
  client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
  const observer = new InfiniteQueryObserver<Page, Error, InfiniteData<Page>, string[], Cursor>(client, {
    queryKey: key,
    queryFn: async ({ pageParam, signal }) => {
      const search = new URLSearchParams(Object.entries(pageParam).map(([name, id]) => [name, String(id)]))
      return (await (await fetch(`${url}?${search}`, { signal })).json()) as Page
    },
    initialPageParam: {},
    getNextPageParam: ({ items }): Cursor | undefined => {
      const last = items.at(-1)
      return last && last.id > 1 ? { before: last.id } : undefined
    },
    getPreviousPageParam: ({ items }): Cursor | undefined => items[0] && { after: items[0].id },
    ...(maxPages !== undefined && { maxPages }),
  })
  onTestFinished(observer.subscribe(() => {}))
  onTestFinished(() => client.clear())
  const data = () => client.getQueryData<InfiniteData<Page>>(key)
  const settle = () => until(() => expect(client.isFetching()).toBe(0))
  await settle()
  const push = (...updates: unknown[]) => {
    seq++
    for (const update of updates) liveQueries.setQueryData(key, update)
    writer.flush()
  }
  return {
    client,
    clock,
    observer,
    liveQueries,
    writer,
    requests,
    data,
    settle,
    push,
    feed,
    sorted,
    ids: () => data()?.pages.map(({ items }) => items.map(({ id }) => id)),
    put(row: Row, at: 'start' | 'end' = 'start') {
      feed.set(row.id, row)
      push(upsert(row, { by, list, at }))
    },
    drop(id: number) {
      feed.delete(id)
      push(remove(id, { by, list }))
    },
    nextPosition: () => seq + 1,
    /** Responses are computed when their request arrives, and wait. */
    async hold(ask: () => Promise<unknown>) {
      isHolding = true
      const count = held.length
      void ask().catch(() => undefined)
      await until(() => expect(held.length).toBe(count + 1))
    },
    /** Sends the responses that wait. The next ones are sent at once. */
    async release() {
      isHolding = false
      held.forEach(answer => answer())
      await settle()
      // An extra fetch begins in a microtask.
      await new Promise(resolve => setTimeout(resolve, 5))
      await settle()
    },
  }
}

describe('a push while the next page is fetched', () => {
  test('that adds a row is neither lost nor duplicated', async () => {
    const { observer, hold, release, put, ids } = await openFeed()
    await hold(() => observer.fetchNextPage())
    put({ id: 13 })
    expect(ids()).toEqual([[13, 12, 11, 10]])
    await release()
    expect(ids()).toEqual([
      [13, 12, 11, 10],
      [9, 8, 7],
    ])
  })

  test('that is about a row of that page is there once, in its page', async () => {
    const { observer, hold, release, push, feed, data } = await openFeed()
    await hold(() => observer.fetchNextPage())
    const changed = { id: 8, text: 'new' }
    feed.set(8, changed)
    push(patch(changed, { by, list }))
    await release()
    expect(data()?.pages.map(({ items }) => items)).toEqual([
      [{ id: 12 }, { id: 11 }, { id: 10 }],
      [{ id: 9 }, changed, { id: 7 }],
    ])
  })

  test('that removes a row takes it from the old pages, and from the new one', async () => {
    const { observer, hold, release, drop, ids } = await openFeed()
    await hold(() => observer.fetchNextPage())
    drop(11)
    drop(8)
    await release()
    expect(ids()).toEqual([
      [12, 10],
      [9, 7],
    ])
  })

  test('by an updater that is not idempotent is followed by one fetch of all pages', async () => {
    const { observer, hold, release, push, feed, ids, requests } = await openFeed()
    await hold(() => observer.fetchNextPage())
    feed.set(13, { id: 13 })
    push(append({ id: 13 }, { list, at: 'start' }))
    const asked = requests.length
    await release()
    expect(ids()).toEqual([
      [13, 12, 11],
      [10, 9, 8],
    ])
    expect(requests.length - asked).toBe(2)
  })

  test('is kept if that fetch is replaced by another one', async () => {
    const { observer, hold, release, put, ids } = await openFeed()
    await hold(() => observer.fetchNextPage())
    put({ id: 13 })
    await hold(() => observer.fetchNextPage())
    put({ id: 14 })
    await release()
    expect(ids()).toEqual([
      [14, 13, 12, 11, 10],
      [9, 8, 7],
    ])
  })

  test('is kept if that fetch is cancelled', async () => {
    const { client, observer, hold, release, put, ids } = await openFeed()
    await hold(() => observer.fetchNextPage())
    put({ id: 13 })
    await client.cancelQueries({ queryKey: key })
    await release()
    expect(ids()).toEqual([[13, 12, 11, 10]])
  })

  test('is kept with maxPages, which drops the first page: the row is then added to the page that is left', async () => {
    const { observer, hold, release, put, ids } = await openFeed({ maxPages: 1 })
    await hold(() => observer.fetchNextPage())
    put({ id: 13 })
    await release()
    expect(ids()).toEqual([[13, 9, 8, 7]])
  })

  test('of a row that is only patched does not bring it back when maxPages has dropped its page', async () => {
    const { observer, hold, release, push, ids } = await openFeed({ maxPages: 1 })
    await hold(() => observer.fetchNextPage())
    push(patch({ id: 12, text: 'new' }, { by, list }))
    await release()
    expect(ids()).toEqual([[9, 8, 7]])
  })

  test('keeps the identity of pages that it does not change', async () => {
    const { observer, hold, release, put, data, settle } = await openFeed()
    void observer.fetchNextPage()
    await settle()
    const second = data()?.pages[1]
    await hold(() => observer.fetchNextPage())
    put({ id: 13 })
    await release()
    expect(data()?.pages[1]).toBe(second)
    expect(data()?.pages).toHaveLength(3)
  })
})

describe('a push while the previous page is fetched', () => {
  test('that adds a row is neither lost nor duplicated, whether or not the page contains it', async () => {
    for (const isContained of [true, false]) {
      const { observer, hold, release, feed, push, ids } = await openFeed()
      feed.set(13, { id: 13 })
      if (isContained) feed.set(14, { id: 14 })
      await hold(() => observer.fetchPreviousPage())
      feed.set(14, { id: 14 })
      push(upsert({ id: 14 }, { by, list, at: 'start' }))
      await release()
      expect(ids()).toEqual([
        [14, 13],
        [12, 11, 10],
      ])
    }
  })

  test('that adds to the other end stays at the other end', async () => {
    const { observer, hold, release, feed, put, ids } = await openFeed()
    feed.set(13, { id: 13 })
    await hold(() => observer.fetchPreviousPage())
    put({ id: 0 }, 'end')
    await release()
    expect(ids()).toEqual([[13], [12, 11, 10, 0]])
  })
})

describe('a push while all pages are fetched again, one after another', () => {
  test('is neither lost nor duplicated, before or after its page is fetched', async () => {
    const { observer, hold, release, put, drop, ids, settle } = await openFeed()
    void observer.fetchNextPage()
    await settle()
    // The first page waits; the second one is fetched after the pushes.
    await hold(() => observer.refetch())
    put({ id: 13 })
    drop(12)
    drop(8)
    await release()
    expect(ids()).toEqual([
      [13, 11, 10],
      [9, 7, 6],
    ])
  })

  test('is applied on top of the first response', async () => {
    const { client, observer, hold, release, put, ids } = await openFeed()
    await hold(() => client.resetQueries({ queryKey: key }))
    put({ id: 13 })
    expect(observer.getCurrentResult().data).toBeUndefined()
    await release()
    expect(ids()).toEqual([[13, 12, 11, 10]])
  })
})

describe('an invalidation is not lost', () => {
  test('if a fetch of one more page cancels the fetch of all pages', async () => {
    const { observer, hold, release, feed, liveQueries, writer, ids, client, clock, settle } =
      await openFeed()
    feed.set(13, { id: 13 })
    await hold(() => {
      liveQueries.invalidateQueries(key)
      writer.flush()
      return Promise.resolve()
    })
    await hold(() => observer.fetchNextPage())
    await release()
    // Extra fetches are a second apart.
    clock.advance(1_000)
    await settle()
    expect(ids()).toEqual([
      [13, 12, 11],
      [10, 9, 8],
    ])
    expect(client.getQueryState(key)?.isInvalidated).toBe(false)
  })

  test('if it comes while one more page is fetched', async () => {
    const { observer, hold, release, feed, liveQueries, writer, ids } = await openFeed()
    await hold(() => observer.fetchNextPage())
    feed.set(13, { id: 13 })
    liveQueries.invalidateQueries(key)
    writer.flush()
    await release()
    expect(ids()).toEqual([
      [13, 12, 11],
      [10, 9, 8],
    ])
  })

  test('if pages are only marked as stale: one more page leaves the mark', async () => {
    const { observer, settle, writer, client } = await openFeed()
    writer.invalidateNow(client.getQueryCache().findAll({ queryKey: key }), true)
    void observer.fetchNextPage()
    await settle()
    expect(client.getQueryState(key)?.isInvalidated).toBe(true)
    void observer.refetch()
    await settle()
    expect(client.getQueryState(key)?.isInvalidated).toBe(false)
  })
})

test('one more page is kept although the other pages are older than the last push', async () => {
  const { observer, liveQueries, put, nextPosition, settle, ids } = await openFeed({
    sources: [
      {
        queryKey: key,
        position: ({ pages }: InfiniteData<Page>) => ({
          epoch: 'e',
          seq: Math.min(...pages.map(({ seq }) => seq)),
        }),
      },
    ],
  })
  liveQueries.cursor = { epoch: 'e', seq: nextPosition() }
  put({ id: 13 })
  liveQueries.cursor = undefined
  void observer.fetchNextPage()
  await settle()
  expect(ids()).toEqual([
    [13, 12, 11, 10],
    [9, 8, 7],
  ])
})
