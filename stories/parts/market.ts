import { cursorInQuery, type Recovery } from 'react-query-realtime'
import { z } from 'zod'

/** The symbols that the demo server quotes unless it is told otherwise. */
export const SYMBOLS = ['BTC', 'ETH', 'SOL', 'ADA'] as const

/** `last` and `change` in dollars; `at` in ms since 1970. */
export const quoteSchema = z.object({ last: z.number(), change: z.number(), at: z.number() })
export type Quote = z.infer<typeof quoteSchema>

/** The demo server's messages; `price` has no handler, so it is written at `['price', { symbol }]`. */
export const marketMessages = {
  price: { params: z.object({ symbol: z.string() }), response: quoteSchema },
}

interface Welcome {
  resumed: boolean
}

/** How the demo server's socket goes on: it is told `epoch` and `seq`, and its first message says whether it resumed. */
export const marketRecovery: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
  attach: cursorInQuery(),
  resumed: ({ type, response }) => (type === 'welcome' ? (response as Welcome).resumed : undefined),
}
