import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { socketOptions, useMessage, useSocketQuery } from 'react-query-realtime'

interface Price {
  last: number
}

declare module 'react-query-realtime' {
  interface Register {
    messages: { price: { params: { symbol: string }; response: Price }; notice: string }
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
    // An entry that is no `{ params, response }` is the type of the response.
    notice: ({ response }) => expectTypeOf(response).toEqualTypeOf<string>(),
  },
})

// A connection's own schema goes before what is registered.
socketOptions({
  url: '/socket',
  messages: { notice: z.number() },
  on: {
    notice: ({ response }) => expectTypeOf(response).toEqualTypeOf<number>(),
    price: ({ response }) => expectTypeOf(response).toEqualTypeOf<Price>(),
  },
})

export function Inference() {
  expectTypeOf(useMessage('notice').data).toEqualTypeOf<string | undefined>()
  expectTypeOf(useMessage('price', { symbol: 'BTC' }).data).toEqualTypeOf<Price | undefined>()
  // @ts-expect-error the params of a price have a symbol
  useMessage('price', { name: 'BTC' })
  return useSocketQuery(socket, { type: 'price', params: { symbol: 'BTC' } }).data?.last
}
