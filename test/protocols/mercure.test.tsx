import { useQuery } from '@tanstack/react-query'
import { messageKey, type RealtimeOptions, useServerEvents } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { mercure, type Resource } from './clients/mercure.ts'
import { HEADERS, startMercure } from './servers/startMercure.ts'
import { mountClient, shown, until } from './support.tsx'

/** What the site serves, besides the hub. */
const site: Record<string, number> = {}
let fetches = 0

function Book({ topic }: { topic: string }) {
  const { status, error } = useServerEvents(mercure(topic))
  const { data } = useQuery({
    queryKey: messageKey('resource', { topic }),
    queryFn: (): Resource => {
      fetches++
      return { '@id': topic, stock: site[topic] ?? 0 }
    },
    staleTime: Infinity,
  })
  return <p aria-label={topic}>{`${String(data?.['stock'])} ${error?.name ?? status}`}</p>
}

const books = [<Book key="1" topic="/books/1" />, <Book key="2" topic="/books/2" />]

async function open(options: RealtimeOptions = {}, header?: string) {
  const server = await startMercure({ header })
  site['/books/1'] = site['/books/2'] = 0
  const view = mountClient(books, {
    baseUrl: server.http,
    getToken: () => 'jwt',
    gapSpread: 1,
    ...options,
  })
  function set(topic: string, stock: number) {
    site[topic] = stock
    server.publish(topic, { stock })
  }
  return { ...server, ...view, set }
}

test('two topics are two subscriptions, each ends with its component', async () => {
  const { set, subscribers, rerender } = await open()
  await until(() => expect(shown('/books/1', '/books/2')).toEqual(['0 open', '0 open']))
  set('/books/1', 7)
  set('/books/2', 8)
  await until(() => expect(shown('/books/1', '/books/2')).toEqual(['7 open', '8 open']))
  rerender(books.slice(1))
  await until(() => expect([...subscribers.values()]).toEqual([['/books/2']]))
})

describe.each(HEADERS)('with the response header %s', header => {
  test('after a drop the hub sends what was missed, and nothing is fetched', async () => {
    const { set, dropConnections, events } = await open({}, header)
    await until(() => expect(shown('/books/1', '/books/2')).toEqual(['0 open', '0 open']))
    set('/books/1', 1)
    set('/books/2', 1)
    await until(() => expect(shown('/books/1', '/books/2')).toEqual(['1 open', '1 open']))
    const before = fetches
    dropConnections()
    for (const stock of [2, 3]) set('/books/1', stock)
    await until(() => expect(shown('/books/1', '/books/2')).toEqual(['3 open', '1 open']))
    expect([fetches - before, events.filter(({ kind }) => kind === 'gap')]).toEqual([0, []])
  })

  test('a hub that has forgotten the last id is a gap: the resource is fetched once', async () => {
    const { set, dropConnections, events } = await open({}, header)
    await until(() => expect(shown('/books/1', '/books/2')).toEqual(['0 open', '0 open']))
    set('/books/1', 1)
    await until(() => expect(shown('/books/1')).toEqual(['1 open']))
    const before = fetches
    dropConnections()
    for (const stock of [2, 3, 4, 5]) set('/books/2', stock)
    // Nothing tells of it but the site, so that only a fetch finds it.
    site['/books/1'] = 9
    await until(() => expect(shown('/books/1')).toEqual(['9 open']))
    expect(fetches - before).toBeLessThanOrEqual(2)
    expect(events).toContainEqual(expect.objectContaining({ kind: 'gap', cause: 'refused' }))
  })

  test('a hub that has restarted without its history is a gap, and later drops are none', async () => {
    const { set, dropConnections, forget, events, subscribers } = await open({}, header)
    await until(() => expect(shown('/books/1')).toEqual(['0 open']))
    set('/books/1', 1)
    await until(() => expect(shown('/books/1')).toEqual(['1 open']))
    forget()
    site['/books/1'] = 9
    await dropConnections()
    await until(() => expect(shown('/books/1')).toEqual(['9 open']))
    const gaps = () => events.filter(({ kind }) => kind === 'gap').length
    set('/books/1', 10)
    set('/books/2', 10)
    await until(() => expect(shown('/books/1', '/books/2')).toEqual(['10 open', '10 open']))
    const before = gaps()
    await dropConnections()
    await until(() => expect(subscribers.size).toBe(2))
    set('/books/1', 11)
    await until(() => expect(shown('/books/1')).toEqual(['11 open']))
    expect(gaps()).toBe(before)
  })
})

test('with the id "earliest", everything that the hub has kept arrives, without a gap', async () => {
  const server = await startMercure()
  for (const stock of [1, 2, 3]) server.publish('/books/1', { stock })
  const stocks: unknown[] = []
  function History() {
    useServerEvents({
      ...mercure('/books/1'),
      lastEventId: 'earliest',
      on: { resource: ({ response }) => void stocks.push((response as Resource)['stock']) },
    })
    return null
  }
  const { events } = mountClient(<History />, { baseUrl: server.http, getToken: () => 'jwt' })
  await until(() => expect(stocks).toEqual([1, 2, 3]))
  await server.dropConnections()
  server.publish('/books/1', { stock: 4 })
  await until(() => expect(stocks).toEqual([1, 2, 3, 4]))
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'jwt' : 'expired') })
  await until(() => expect(shown('/books/1')).toEqual(['0 open']))
})

test('a token that is refused twice ends the subscription', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('/books/1')).toEqual(['0 UnauthorizedError']))
})
