import { socketOptions } from 'react-query-realtime'

declare module 'react-query-realtime' {
  interface Register {
    messages: {
      price: { params: { symbol: string }; response: { last: number } }
    }
  }
}

export const market = socketOptions({ url: '/socket' })
