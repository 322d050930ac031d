import { skipToken } from '@tanstack/react-query'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import {
  append,
  type CacheWriter,
  type IncomingMessage,
  longPollOptions,
  type Message,
  messageKey,
  serverEventsOptions,
  socketOptions,
  upsert,
  useLongPoll,
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
  // @ts-expect-error the declared params are missing
  void socket.request({ type: 'price' })
  // @ts-expect-error no message has this type
  void socket.request({ type: 'prise', params: { symbol: 'BTC' } })
  // Params that are not declared may be anything, or missing.
  void socket.request({ type: 'order.changed' })
  void socket.request({ type: 'order.changed', params: { id: '1' } })

  const price = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' } })
  expectTypeOf(price.data).toEqualTypeOf<{ last: number } | undefined>()
  const last = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' }, select: data => data.last })
  expectTypeOf(last.data).toEqualTypeOf<number | undefined>()
  // @ts-expect-error `wrong` is no param of a price
  useSocketQuery(market, { type: 'price', params: { wrong: 1 } })
  // @ts-expect-error the declared params are missing
  useSocketQuery(market, { type: 'price' })
  // @ts-expect-error no message has this type
  useSocketQuery(market, { type: 'prise', params: { symbol: 'BTC' } })
  useSocketQuery(market, { type: 'price', params: skipToken })
  expectTypeOf(useSocketQuery(market, { type: 'order.changed' }).data).toEqualTypeOf<Order | undefined>()
  // `initialData` makes the data defined.
  const params = { symbol: 'BTC' }
  const started = useSocketQuery(market, { type: 'price', params, initialData: { last: 0 } })
  expectTypeOf(started.data).toEqualTypeOf<{ last: number }>()
  const selected = useSocketQuery(market, {
    type: 'price',
    params,
    initialData: () => ({ last: 0 }),
    select: ({ last }) => last,
  })
  expectTypeOf(selected.data).toEqualTypeOf<number>()

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

// Where messages are declared, a handler of another type is an error, for every transport.
// @ts-expect-error the type is misspelt
socketOptions({ url: '/socket', messages, on: { prise: () => undefined } })
// @ts-expect-error the type is misspelt
serverEventsOptions({ url: '/events', messages, on: { prise: () => undefined } })
// @ts-expect-error the type is misspelt
longPollOptions({ url: '/poll', messages, on: { prise: () => undefined } })
export function Misspelt() {
  // @ts-expect-error the type is misspelt
  useSocket({ url: '/socket', messages, on: { prise: () => undefined } })
  // @ts-expect-error the type is misspelt
  useServerEvents({ url: '/events', messages, on: { prise: () => undefined } })
  // @ts-expect-error the type is misspelt
  useLongPoll({ url: '/poll', messages, on: { prise: () => undefined } })
}

// Where none are declared, any type goes, and a handler may say what it expects.
export function Undeclared() {
  const socket = useSocket({
    url: '/socket',
    on: {
      anything: ({ type, response }) => {
        expectTypeOf(type).toExtend<string>()
        expectTypeOf(response).toEqualTypeOf<unknown>()
      },
      'order.changed': ({ response }: Message<'order.changed', undefined, Order>, cache) =>
        cache.setQueryData(['orders'], upsert(response, { by: 'id' })),
    },
    onMessage: message => expectTypeOf(message).toEqualTypeOf<Message>(),
  })
  expectTypeOf(socket.request({ type: 'anything', params: 1 })).resolves.toEqualTypeOf<unknown>()
  expectTypeOf(
    useSocketQuery(socketOptions({ url: '/' }), { type: 'anything' }).data,
  ).toEqualTypeOf<unknown>()
}

// `onMessage` narrows by the type, for every transport.
const onMessage = (message: IncomingMessage<typeof messages>) => {
  if (message.type === 'price') expectTypeOf(message.params).toEqualTypeOf<{ symbol: string }>()
  else expectTypeOf(message.response).toEqualTypeOf<Order>()
  // @ts-expect-error no message has this type
  return message.type === 'prise'
}
socketOptions({ url: '/socket', messages, onMessage })
socketOptions({
  url: '/socket',
  messages,
  onMessage: message => {
    if (message.type === 'price') expectTypeOf(message.response).toEqualTypeOf<{ last: number }>()
  },
})
serverEventsOptions({
  url: '/events',
  messages,
  onMessage: message => {
    if (message.type === 'price') expectTypeOf(message.response).toEqualTypeOf<{ last: number }>()
  },
})
longPollOptions({
  url: '/poll',
  messages,
  onMessage: message => {
    if (message.type === 'price') expectTypeOf(message.response).toEqualTypeOf<{ last: number }>()
  },
})

// A schema must be one.
// @ts-expect-error a text is no schema
socketOptions({ url: '/socket', messages: { price: 'number' } })
// @ts-expect-error params need a schema
socketOptions({ url: '/socket', messages: { price: { params: 1, response: z.number() } } })

// A version is read from what the schema describes, without a type annotation. The handlers know their messages all the same.
const quotes = socketOptions({
  url: '/socket',
  messages: {
    quote: {
      params: z.object({ symbol: z.string() }),
      response: z.object({ last: z.number(), at: z.number() }),
      version: quote => {
        expectTypeOf(quote).toEqualTypeOf<{ last: number; at: number }>()
        return quote.at
      },
    },
    notice: z.string(),
  },
  on: {
    quote: ({ params, response }) => {
      expectTypeOf(params).toEqualTypeOf<{ symbol: string }>()
      expectTypeOf(response.last).toEqualTypeOf<number>()
    },
    notice: ({ response }) => expectTypeOf(response).toEqualTypeOf<string>(),
  },
})
export const useQuote = () =>
  expectTypeOf(useSocketQuery(quotes, { type: 'quote', params: { symbol: 'BTC' } }).data).toEqualTypeOf<
    { last: number; at: number } | undefined
  >()
serverEventsOptions({
  url: '/events',
  messages: { quote: { response: z.object({ at: z.number() }), version: ({ at }) => at } },
})
longPollOptions({
  url: '/poll',
  messages: { quote: { response: z.object({ at: z.number() }), version: ({ at }) => at } },
})
export const useVersions = () => {
  useSocket({
    url: '/socket',
    messages: { quote: { response: z.object({ at: z.number() }), version: ({ at }) => at } },
  })
  const version = ({ wrong }: { wrong: number }) => wrong
  // @ts-expect-error the data has no `wrong`
  useSocket({ url: '/socket', messages: { quote: { response: z.object({ at: z.number() }), version } } })
}
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
