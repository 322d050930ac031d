import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import {
  append,
  type CacheWriter,
  longPollOptions,
  type Message,
  messageKey,
  serverEventsOptions,
  socketOptions,
  upsert,
  useMessage,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'

interface Order {
  id: string
  total: number
}

const messages = {
  price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) },
  'order.changed': v.object({ id: v.string(), total: v.number() }),
}

// A schema gives its handler's message its type, params and response.
export const market = socketOptions({
  url: '/socket',
  messages,
  on: {
    price: (message, cache) => {
      expectTypeOf(message.type).toEqualTypeOf<'price'>()
      expectTypeOf(message.params).toEqualTypeOf<{ symbol: string }>()
      expectTypeOf(message.response).toEqualTypeOf<{ last: number }>()
      expectTypeOf(cache).toEqualTypeOf<CacheWriter>()
    },
    'order.changed': ({ response }, cache) => {
      expectTypeOf(response).toEqualTypeOf<Order>()
      cache.setQueryData(['orders'], upsert(response, { by: 'id', max: 5_000 }))
    },
    // A type without a schema may be handled, too; nothing is known of it.
    other: ({ response }) => {
      expectTypeOf(response).toEqualTypeOf<unknown>()
    },
  },
})

// Messages with an error may have any type; declared types leave room for their handler.
socketOptions({
  url: '/socket',
  messages,
  on: {
    error: (message, cache) => {
      expectTypeOf(message.type).toEqualTypeOf<string>()
      expectTypeOf(message.error).toEqualTypeOf<unknown>()
      expectTypeOf(message.params).toEqualTypeOf<unknown>()
      expectTypeOf(message.response).toEqualTypeOf<unknown>()
      expectTypeOf(cache).toEqualTypeOf<CacheWriter>()
    },
    price: ({ response }) => expectTypeOf(response.last).toEqualTypeOf<number>(),
  },
})
// A type "error" of one's own has its response, which a message with an error lacks.
serverEventsOptions({
  url: '/events',
  messages: { error: z.object({ code: z.string() }) },
  on: {
    error: ({ type, response }) => {
      expectTypeOf(type).toEqualTypeOf<string>()
      expectTypeOf(response).toEqualTypeOf<{ code: string } | undefined>()
    },
  },
})

// The same for the other transports.
serverEventsOptions({
  url: '/events',
  messages,
  on: { price: ({ response }) => expectTypeOf(response.last).toEqualTypeOf<number>() },
})
longPollOptions({
  url: '/poll',
  messages,
  on: { price: ({ params }) => expectTypeOf(params.symbol).toEqualTypeOf<string>() },
})

export function Inference() {
  const socket = useSocket(market)
  // A request's reply has the type of its schema.
  expectTypeOf(socket.request({ type: 'price', params: { symbol: 'BTC' } })).resolves.toEqualTypeOf<{
    last: number
  }>()
  // @ts-expect-error the params of a price have a symbol that is a string
  void socket.request({ type: 'price', params: { symbol: 1 } })
  expectTypeOf(socket.request({ type: 'anything' })).resolves.toEqualTypeOf<unknown>()

  const price = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' } })
  expectTypeOf(price.data).toEqualTypeOf<{ last: number } | undefined>()
  const last = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' }, select: data => data.last })
  expectTypeOf(last.data).toEqualTypeOf<number | undefined>()
  // @ts-expect-error `wrong` is no param of a price
  useSocketQuery(market, { type: 'price', params: { wrong: 1 } })

  // Nothing is known without schemas and without Register.
  expectTypeOf(useMessage('price').data).toEqualTypeOf<unknown>()
  // An event stream has a last event id, and no `send`.
  const events = useServerEvents({
    url: '/events',
    onMessage: message => expectTypeOf(message).toExtend<Message>(),
  })
  expectTypeOf(events.lastEventId).toEqualTypeOf<string | undefined>()
  expectTypeOf(events).not.toHaveProperty('send')
}

// A key is the type alone, or the type and the params.
expectTypeOf(messageKey('price', { symbol: 'BTC' })).toExtend<readonly unknown[]>()
// Updaters know their rows.
append<Order>({ id: '1', total: 1 }, { by: 'id' })
// @ts-expect-error an order has no `name`
append<Order>({ id: '1', total: 1 }, { by: 'name' })

// A version is read from what the schema gives; its parameter names its type, since schemas are inferred first.
socketOptions({
  url: '/socket',
  messages: {
    price: {
      response: z.object({ last: z.number(), at: z.number() }),
      version: ({ at }: { at: number }) => at,
    },
  },
})
socketOptions({
  url: '/socket',
  messages: {
    // @ts-expect-error The data has no `wrong`.
    price: { response: z.object({ at: z.number() }), version: ({ wrong }: { wrong: number }) => wrong },
  },
})

// A position is read from the data of its query.
socketOptions({
  url: '/socket',
  liveQueries: [['plain'], { queryKey: ['orders'], position: ({ seq }: { seq: number }) => ({ seq }) }],
})

// A function of one's own is given the data, and gives data of the same kind.
export const countOne = (cache: CacheWriter) => {
  cache.setQueryData<{ count: number }>(['visits'], visits => {
    expectTypeOf(visits).toEqualTypeOf<{ count: number } | undefined>()
    return visits && { count: visits.count + 1 }
  })
  // @ts-expect-error A text is no count.
  cache.setQueryData<{ count: number }>(['visits'], () => 'one')
}
