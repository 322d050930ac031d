import { QueryClient, skipToken } from '@tanstack/react-query'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import {
  longPollOptions,
  messageKey,
  serverEventsOptions,
  socketOptions,
  useMessage,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'

interface Price {
  last: number
}

export const schemas = {
  order: { params: z.object({ id: z.string() }), response: z.object({ total: z.number() }) },
  greeting: z.string(),
}

interface Plain {
  price: { params: { symbol: string }; response: Price }
  notice: string
}

// Schemas, plain types or both are declared once for the whole application.
declare module 'react-query-realtime' {
  interface Register {
    messages: typeof schemas & Plain
  }
}

// Registered messages are known to every connection, without schemas.
const socket = socketOptions({
  url: '/socket',
  on: {
    price: ({ params, response }) => {
      expectTypeOf(params).toEqualTypeOf<{ symbol: string }>()
      expectTypeOf(response).toEqualTypeOf<Price>()
    },
    order: ({ params, response }) => {
      expectTypeOf(params).toEqualTypeOf<{ id: string }>()
      expectTypeOf(response).toEqualTypeOf<{ total: number }>()
    },
    // An entry that is no `{ params, response }` is the type of the response.
    notice: ({ response }) => expectTypeOf(response).toEqualTypeOf<string>(),
    error: ({ error }) => expectTypeOf(error).toEqualTypeOf<unknown>(),
  },
  onMessage: message => {
    if (message.type === 'order') expectTypeOf(message.response.total).toEqualTypeOf<number>()
  },
})

// A handler of another type is an error.
// @ts-expect-error the type is misspelt
socketOptions({ url: '/socket', on: { prise: () => undefined } })
// @ts-expect-error the type is misspelt
serverEventsOptions({ url: '/events', on: { prise: () => undefined } })
// @ts-expect-error the type is misspelt
longPollOptions({ url: '/poll', on: { prise: () => undefined } })

// A connection's own schema goes before what is registered, and may add types.
const own = socketOptions({
  url: '/socket',
  messages: { notice: z.number(), other: z.boolean() },
  on: {
    notice: ({ response }) => expectTypeOf(response).toEqualTypeOf<number>(),
    other: ({ response }) => expectTypeOf(response).toEqualTypeOf<boolean>(),
    price: ({ response }) => expectTypeOf(response).toEqualTypeOf<Price>(),
  },
})

export function Inference() {
  expectTypeOf(useMessage('notice').data).toEqualTypeOf<string | undefined>()
  expectTypeOf(useMessage('greeting').data).toEqualTypeOf<string | undefined>()
  expectTypeOf(useMessage('price', { symbol: 'BTC' }).data).toEqualTypeOf<Price | undefined>()
  expectTypeOf(useMessage('order', { id: '1' }).data).toEqualTypeOf<{ total: number } | undefined>()
  useMessage('order', skipToken)
  // @ts-expect-error the params of a price have a symbol
  useMessage('price', { name: 'BTC' })
  // @ts-expect-error the declared params are missing
  useMessage('price')
  // @ts-expect-error no message has this type
  useMessage('prise', { symbol: 'BTC' })

  // @ts-expect-error the declared params are missing
  void useSocket(socket).request({ type: 'order' })
  // @ts-expect-error no message has this type
  void useSocket(socket).request({ type: 'ordr', params: { id: '1' } })
  expectTypeOf(useSocketQuery(own, { type: 'other' }).data).toEqualTypeOf<boolean | undefined>()
  // @ts-expect-error no message has this type
  useSocketQuery(socket, { type: 'prise' })
  return useSocketQuery(socket, { type: 'price', params: { symbol: 'BTC' } }).data?.last
}

// A key carries the type of its data.
const client = new QueryClient()
expectTypeOf(client.getQueryData(messageKey('price', { symbol: 'BTC' }))).toEqualTypeOf<Price | undefined>()
expectTypeOf(client.getQueryData(messageKey('notice'))).toEqualTypeOf<string | undefined>()
// Without its params it is only the beginning of keys.
expectTypeOf(messageKey('price')).toEqualTypeOf<readonly ['price']>()
// @ts-expect-error no message has this type
messageKey('prise')
// @ts-expect-error the params of a price have a symbol
messageKey('price', { name: 'BTC' })
