import type { InfiniteData } from '@tanstack/react-query'
import { describe, expect, test, vi } from 'vitest'
import { append, patch, remove, upsert } from '../../src/cache/updaters.ts'
import type { ConnectionEvent } from '../../src/core/events.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { setUpFetches } from '../support/setUpFetches.ts'

interface Row {
  id: number
  text?: string
}

const row = (id: number): Row => ({ id })
const by = 'id'
const list = 'items'

function setUp() {
  const events: ConnectionEvent[] = []
  const cache = setUpCache({ report: event => events.push(event) })
  return { ...cache, events }
}

describe('setQueriesData', () => {
  test('writes every query whose key begins with the prefix: all pages and filters of a list, of any shape', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', { filter: 'all' }], [row(1), row(2)])
    client.setQueryData(['rows', { filter: 'new', page: 1 }], { items: [row(2)], total: 1 })
    client.setQueryData<InfiniteData<Row[]>>(['rows', 'endless'], {
      pages: [[row(1)], [row(2)]],
      pageParams: [0, 1],
    })
    client.setQueryData(['others'], [row(2)])
    liveQueries.setQueriesData(['rows'], patch({ id: 2, text: 'new' }, { by, list }))
    writer.flush()
    const changed = { id: 2, text: 'new' }
    expect(client.getQueryData(['rows', { filter: 'all' }])).toEqual([row(1), changed])
    expect(client.getQueryData(['rows', { filter: 'new', page: 1 }])).toEqual({ items: [changed], total: 1 })
    expect(client.getQueryData(['rows', 'endless'])).toEqual({
      pages: [[row(1)], [changed]],
      pageParams: [0, 1],
    })
    expect(client.getQueryData(['others'])).toEqual([row(2)])
  })

  test('with a partial object in the prefix, writes the queries that contain it', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', { filter: 'new', page: 1 }], [row(1)])
    client.setQueryData(['rows', { filter: 'old', page: 1 }], [row(1)])
    liveQueries.setQueriesData(['rows', { filter: 'new' }], append(row(2)))
    writer.flush()
    expect(client.getQueryData(['rows', { filter: 'new', page: 1 }])).toHaveLength(2)
    expect(client.getQueryData(['rows', { filter: 'old', page: 1 }])).toHaveLength(1)
  })

  test('reports each query that the updater does not fit, by its key, and writes all others', () => {
    const { client, liveQueries, writer, events } = setUp()
    client.setQueryData(['rows', 'detail', 1], { text: 'secret' })
    client.setQueryData(['rows', 'all'], [row(1)])
    client.setQueryData(['rows', 'count'], 7)
    liveQueries.type = 'row.changed'
    liveQueries.setQueriesData(['rows'], upsert(row(2), { by, list }))
    writer.flush()
    expect(client.getQueryData(['rows', 'all'])).toEqual([row(1), row(2)])
    expect(client.getQueryData(['rows', 'detail', 1])).toEqual({ text: 'secret' })
    expect(events).toEqual(
      [
        ['rows', 'detail', 1],
        ['rows', 'count'],
      ].map(key => ({
        kind: 'handler-error',
        type: 'row.changed',
        key,
        error: expect.objectContaining({
          message: expect.stringMatching(/^upsert changes the list "items"/),
        }),
      })),
    )
  })

  test('creates no query, and writes none without data', () => {
    const { client, liveQueries, writer } = setUp()
    client.getQueryCache().build(client, { queryKey: ['rows', 'empty'] })
    liveQueries.setQueriesData(['rows'], append(row(1)))
    liveQueries.setQueriesData(['others'], append(row(1)))
    writer.flush()
    expect(client.getQueryData(['rows', 'empty'])).toBeUndefined()
    expect(client.getQueryCache().getAll()).toHaveLength(1)
  })

  test('follows queries that are added and removed', () => {
    const { client, liveQueries, writer } = setUp()
    const write = (id: number) => {
      liveQueries.setQueriesData(['rows'], append(row(id)))
      writer.flush()
    }
    client.setQueryData(['rows', 1], [])
    write(1)
    client.setQueryData(['rows', 2], [])
    write(2)
    client.removeQueries({ queryKey: ['rows', 1] })
    client.setQueryData(['rows', 1], [])
    write(3)
    expect(client.getQueryData(['rows', 1])).toEqual([row(3)])
    expect(client.getQueryData(['rows', 2])).toEqual([row(2), row(3)])
    client.clear()
    client.setQueryData(['rows', 2], [])
    write(4)
    expect(client.getQueryData(['rows', 2])).toEqual([row(4)])
  })

  test('folds with other writes of the flush in order, into one write per query', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', 1], [row(1)])
    client.setQueryData(['rows', 2], [row(1)])
    const written = vi.fn()
    client.getQueryCache().subscribe(({ type }) => type === 'updated' && written())
    liveQueries.setQueryData(['rows', 1], append(row(2)))
    liveQueries.setQueriesData(['rows'], append(row(3)))
    liveQueries.setQueryData(['rows', 1], remove(1, { by }))
    liveQueries.setQueriesData(['rows'], append(row(4)))
    writer.flush()
    expect(client.getQueryData(['rows', 1])).toEqual([2, 3, 4].map(row))
    expect(client.getQueryData(['rows', 2])).toEqual([1, 3, 4].map(row))
    expect(written).toHaveBeenCalledTimes(2)
  })

  test('writes a query that an earlier write of the same flush creates', () => {
    const { client, liveQueries, writer } = setUp()
    liveQueries.setQueryData(['rows', 1], [row(1)])
    liveQueries.setQueriesData(['rows'], append(row(2)))
    writer.flush()
    expect(client.getQueryData(['rows', 1])).toEqual([1, 2].map(row))
  })

  test('accepts a value but not a promise', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', 1], [row(1)])
    liveQueries.setQueriesData(['rows'], [])
    writer.flush()
    expect(client.getQueryData(['rows', 1])).toEqual([])
    expect(() => liveQueries.setQueriesData(['rows'], Promise.reject(new Error('late')))).toThrow(
      /setQueriesData/,
    )
  })

  test('writes nothing after the connection has ended', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', 1], [row(1)])
    liveQueries.end()
    liveQueries.setQueriesData(['rows'], append(row(2)))
    writer.flush()
    expect(client.getQueryData(['rows', 1])).toEqual([row(1)])
  })

  test('makes its queries stale at a gap, also those that came after the last message', () => {
    const { client, liveQueries, writer } = setUp()
    client.setQueryData(['rows', 1], [row(1)])
    liveQueries.setQueriesData(['rows'], append(row(2)))
    writer.flush()
    client.setQueryData(['rows', 2], [row(1)])
    liveQueries.invalidateAll()
    expect([1, 2].map(id => client.getQueryState(['rows', id])?.isInvalidated)).toEqual([true, true])
  })
})

describe('setQueriesData during a fetch', () => {
  const key = ['rows', 'all']

  test('is applied on top of the first response, which may be older', async () => {
    const { liveQueries, writer, answer, data, asked } = setUpFetches({ key })
    liveQueries.setQueriesData(['rows'], upsert(row(2), { by }))
    writer.flush()
    expect(data()).toBeUndefined()
    await answer([row(1)])
    expect([data(), asked.length]).toEqual([[1, 2].map(row), 1])
  })

  test('is applied on top of the response of a refetch', async () => {
    const { liveQueries, writer, answer, refetch, data } = setUpFetches({ key })
    await answer([row(1)])
    await refetch()
    liveQueries.setQueriesData(['rows'], upsert(row(2), { by }))
    writer.flush()
    expect(data()).toEqual([1, 2].map(row))
    await answer([row(1)])
    expect(data()).toEqual([1, 2].map(row))
  })

  test('by an updater that is not idempotent is followed by one more fetch', async () => {
    const { liveQueries, writer, answer, data, asked } = setUpFetches({ key })
    liveQueries.setQueriesData(['rows'], append(row(2)))
    writer.flush()
    await answer([row(1)])
    expect(asked).toHaveLength(2)
    await answer([1, 2].map(row))
    expect([data(), asked.length]).toEqual([[1, 2].map(row), 2])
  })
})

test('an infinite query without data does not start from a list', () => {
  const { client, liveQueries, writer } = setUp()
  client.getQueryCache().build(client, {
    queryKey: ['rows'],
    ...{ initialPageParam: 0, getNextPageParam: () => undefined },
  })
  liveQueries.setQueryData(['rows'], append(row(1)))
  writer.flush()
  expect(client.getQueryData(['rows'])).toBeUndefined()
})
