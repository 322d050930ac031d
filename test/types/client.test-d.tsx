import { type QueryClient, skipToken, useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { RealtimeClient, RealtimeProvider, socketOptions, sourceOptions } from 'react-query-realtime'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

interface Price {
  last: number
}

const market = socketOptions({
  url: '/socket',
  messages: {
    price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) },
    notice: z.string(),
  },
})
const untyped = socketOptions({ url: '/socket' })
const ticks = sourceOptions({
  id: 'ticks',
  connect: () => ({ close: () => {} }),
  messages: { tick: z.number() },
})

declare const queryClient: QueryClient
declare const client: RealtimeClient
const price = client.queryOptions(market, { type: 'price', params: { symbol: 'BTC' } })

test('the options of a query carry the type of its data, everywhere that TanStack Query takes them', () => {
  expectTypeOf(queryClient.getQueryData(price.queryKey)).toEqualTypeOf<Price | undefined>()
  expectTypeOf(queryClient.query(price)).resolves.toEqualTypeOf<Price>()
  expectTypeOf(useQuery(price).data).toEqualTypeOf<Price | undefined>()
  expectTypeOf(useQuery({ ...price, enabled: false, staleTime: 5 }).data).toEqualTypeOf<Price | undefined>()
  expectTypeOf(useSuspenseQuery(price).data).toEqualTypeOf<Price>()
  const [first, second] = useQueries({
    queries: [price, client.queryOptions(market, { type: 'notice' })],
  })
  expectTypeOf(first.data).toEqualTypeOf<Price | undefined>()
  expectTypeOf(second.data).toEqualTypeOf<string | undefined>()
  queryClient.setQueryData(price.queryKey, () => ({ last: 1 }))
  // @ts-expect-error not a price
  queryClient.setQueryData(price.queryKey, 'one')
})

test('select, initialData and skipToken', () => {
  const last = client.queryOptions(market, {
    type: 'price',
    params: { symbol: 'BTC' },
    select: ({ last }) => String(last),
  })
  expectTypeOf(useQuery(last).data).toEqualTypeOf<string | undefined>()
  expectTypeOf(useSuspenseQuery(last).data).toEqualTypeOf<string>()
  expectTypeOf(queryClient.getQueryData(last.queryKey)).toEqualTypeOf<Price | undefined>()
  const seeded = client.queryOptions(market, {
    type: 'price',
    params: { symbol: 'BTC' },
    initialData: { last: 0 },
  })
  expectTypeOf(useQuery(seeded).data).toEqualTypeOf<Price>()
  useQuery(client.queryOptions(market, { type: 'price', params: skipToken }))
  expectTypeOf(
    useQuery(client.subscriptionOptions(market, { type: 'price', params: { symbol: 'BTC' } })).data,
  ).toEqualTypeOf<Price | undefined>()
})

test('types and params are those of the socket', () => {
  // @ts-expect-error no such type
  client.queryOptions(market, { type: 'rice' })
  // @ts-expect-error params are missing
  client.queryOptions(market, { type: 'price' })
  // @ts-expect-error wrong params
  void client.request(market, { type: 'price', params: { name: 'BTC' } })
  expectTypeOf(
    client.request(market, { type: 'price', params: { symbol: 'BTC' } }),
  ).resolves.toEqualTypeOf<Price>()
  expectTypeOf(client.request(ticks, { type: 'tick' })).resolves.toEqualTypeOf<number>()
  expectTypeOf(client.request(untyped, { type: 'anything' })).resolves.toEqualTypeOf<unknown>()
  expectTypeOf(useQuery(client.queryOptions(untyped, { type: 'anything' })).data).toEqualTypeOf<unknown>()
  // @ts-expect-error the result of serverEventsOptions cannot send
  client.send({ url: '/events', framing: 'lines' }, 'text')
})

test('a listener gets the response of the key', () => {
  client.subscribe(market, { type: 'price', params: { symbol: 'BTC' } }, (response, message) => {
    expectTypeOf(response).toEqualTypeOf<Price>()
    expectTypeOf(message.params).toEqualTypeOf<{ symbol: string }>()
  })
  client.subscribe(ticks, { type: 'tick' }, { onData: tick => expectTypeOf(tick).toEqualTypeOf<number>() })
})

test('a provider takes a client or options, not both', () => {
  void (<RealtimeProvider client={client} />)
  void (<RealtimeProvider baseUrl="https://api.test" />)
  // @ts-expect-error both
  void (<RealtimeProvider client={client} baseUrl="https://api.test" />)
  // @ts-expect-error a QueryClient is none
  void (<RealtimeProvider client={queryClient} />)
  // @ts-expect-error without a QueryClient
  void new RealtimeClient({ baseUrl: 'https://api.test' })
})
