import { fireEvent, screen } from '@testing-library/react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import {
  type RealtimeOptions,
  socketOptions,
  useSocket,
  useSocketQuery,
  useSubscription,
} from 'react-query-realtime'
import { graphqlTransportWs } from 'react-query-realtime/protocols'
import { expect, test } from 'vitest'
import { startGraphql } from './servers/startGraphql.ts'
import { mountClient, shown, until } from './support.tsx'

const api = socketOptions({
  url: '/graphql',
  protocols: ['graphql-transport-ws'],
  protocol: graphqlTransportWs(),
})

const PRICE = 'subscription ($symbol: String!) { price(symbol: $symbol) }'
const priceOf = (symbol: string) => ({ type: 'price', params: { query: PRICE, variables: { symbol } } })
const field = (data: unknown, name: string) => (data as Record<string, unknown> | undefined)?.[name]

function Price({ symbol }: { symbol: string }) {
  const { data, error } = useSubscription(api, priceOf(symbol))
  return <p aria-label={symbol}>{String(error?.message ?? field(data, 'price') ?? '-')}</p>
}

/** Every price that arrives, in order. */
function Recorder({ seen }: { seen: [string, unknown][] }) {
  const { status, error } = useSocket({
    ...api,
    onMessage: ({ type, params, response }) => {
      if (type !== 'price') return
      const { symbol } = (params as { variables: { symbol: string } }).variables
      seen.push([symbol, field(response, 'price')])
    },
  })
  return <p aria-label="status">{error?.name ?? status}</p>
}

const prices = ['BTC', 'ETH'].map(symbol => <Price key={symbol} symbol={symbol} />)

async function open(options: RealtimeOptions = {}) {
  const server = await startGraphql()
  const seen: [string, unknown][] = []
  const recorder = <Recorder key="recorder" seen={seen} />
  const view = mountClient([recorder, ...prices], {
    baseUrl: server.http,
    getToken: () => 'secret',
    ...options,
  })
  const show = (...children: React.ReactElement[]) => view.rerender([recorder, ...children])
  return { ...server, ...view, show, seen }
}

test('two subscriptions share a connection, and each ends at the server when its component is gone', async () => {
  const {
    prices: { publish, followers },
    connections,
    show,
  } = await open()
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0']))
  publish('BTC', 1)
  publish('ETH', 2)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['1', '2']))
  expect([connections.size, ...followers('BTC', 'ETH')]).toEqual([1, 1, 1])
  show(...prices.slice(1))
  await until(() => expect(followers('BTC', 'ETH')).toEqual([0, 1]))
  publish('ETH', 3)
  await until(() => expect(shown('ETH')).toEqual(['3']))
})

test('after a drop in the middle the data matches the server, and nothing came twice', async () => {
  const {
    prices: { publish, followers },
    dropConnections,
    seen,
  } = await open()
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['0', '0']))
  for (let last = 1; last <= 20; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['20']))
  await dropConnections()
  publish('BTC', 21)
  publish('ETH', 5)
  await until(() => expect(shown('BTC', 'ETH')).toEqual(['21', '5']))
  for (let last = 22; last <= 40; last++) publish('BTC', last)
  await until(() => expect(shown('BTC')).toEqual(['40']))
  expect(followers('BTC', 'ETH')).toEqual([1, 1])
  const expected = Array.from({ length: 41 }, (_, last) => last)
  expect(seen.filter(([symbol]) => symbol === 'BTC').map(([, last]) => last)).toEqual(expected)
})

test('a token that is refused by 4401 is fetched again once', async () => {
  const reasons: string[] = []
  await open({
    getToken: ({ reason }) => {
      reasons.push(reason)
      return reason === 'refused' ? 'secret' : 'expired'
    },
  })
  await until(() => expect(shown('BTC', 'status')).toEqual(['0', 'open']))
  expect(reasons).toEqual(['connect', 'refused'])
})

test('a token that is refused twice ends the connection', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('status')).toEqual(['UnauthorizedError']))
})

test('nothing but the handshake is sent until onConnect has decided', async () => {
  const server = await startGraphql()
  server.handshake.takes = 1_500
  mountClient([<Recorder key="recorder" seen={[]} />, ...prices], {
    baseUrl: server.http,
    getToken: () => 'secret',
  })
  await until(() => expect(server.connections.size).toBe(1))
  expect(shown('status')).toEqual(['connecting'])
  // An operation before the acknowledgement would be closed with 4401.
  await until(() => expect(shown('BTC', 'ETH', 'status')).toEqual(['0', '0', 'open']))
  expect(server.prices.followers('BTC', 'ETH')).toEqual([1, 1])
})

test('queries and mutations are requests', async () => {
  function Editor() {
    const { request } = useSocket(api)
    const client = useQueryClient()
    const query = { type: 'priceNow', params: { query: '{ price(symbol: "BTC") }' } }
    const { data } = useSocketQuery(api, query)
    const set = useMutation({
      mutationFn: (last: number) =>
        request({
          type: 'setPrice',
          params: {
            query: 'mutation ($last: Int!) { setPrice(symbol: "BTC", last: $last) }',
            variables: { last },
          },
        }),
      onSuccess: () => client.invalidateQueries({ queryKey: ['priceNow'] }),
    })
    return (
      <button aria-label="now" onClick={() => set.mutate(7)}>
        {String(field(data, 'price') ?? '-')} {String(field(set.data, 'setPrice') ?? '-')}
      </button>
    )
  }
  const server = await startGraphql()
  mountClient(<Editor />, { baseUrl: server.http, getToken: () => 'secret' })
  await until(() => expect(shown('now')).toEqual(['0 -']))
  fireEvent.click(screen.getByLabelText('now'))
  await until(() => expect(shown('now')).toEqual(['7 7']))
})

test('errors reach the query: of the request, of its validation, and of a subscription in the middle', async () => {
  function Failures() {
    const secret = useSocketQuery(api, { type: 'secret', params: { query: '{ secret }' } })
    const invalid = useSubscription(api, { type: 'invalid', params: { query: 'subscription { nothing }' } })
    const broken = useSubscription(api, { type: 'broken', params: { query: 'subscription { broken }' } })
    const reasons = [secret, invalid, broken].map(({ error }) =>
      JSON.stringify(error && 'error' in error ? error.error : null),
    )
    return <p aria-label="failures">{reasons.join(' ')}</p>
  }
  const { show } = await open()
  show(<Failures key="failures" />)
  await until(() => {
    const [text = ''] = shown('failures')
    expect(text).toMatch(/Not for you.*Cannot query field.*It broke/)
  })
})

test('a subscription that the server completes is complete, and stays so after a drop', async () => {
  function Count() {
    const { data, isComplete } = useSubscription(api, {
      type: 'count',
      params: { query: 'subscription { count(to: 3) }' },
    })
    return <p aria-label="count">{`${String(field(data, 'count'))} ${isComplete}`}</p>
  }
  const { show, dropConnections } = await open()
  show(<Count key="count" />)
  await until(() => expect(shown('count')).toEqual(['3 true']))
  await dropConnections()
  await until(() => expect(shown('status', 'count')).toEqual(['open', '3 true']))
})

test('pings go both ways', async () => {
  const { ping, pings } = await open({ heartbeat: { interval: 30, timeout: 2_000 } })
  await until(() => expect(pings.received).toBeGreaterThan(2))
  ping()
  await until(() => expect(pings.answered).toBe(1))
  expect(shown('status')).toEqual(['open'])
})
