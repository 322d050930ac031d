import { socketOptions } from 'react-query-realtime'
import { z } from 'zod'
import { quoteSchema } from '../parts/market.ts'

export const symbolsSocket = (url: string) =>
  socketOptions({
    url,
    messages: {
      ticker: { params: z.object({ symbol: z.string() }), response: quoteSchema },
      welcome: z.unknown(),
    },
    // The first message of the demo server. It needs no handling here.
    on: { welcome: () => undefined },
  })

export type SymbolsSocket = ReturnType<typeof symbolsSocket>
