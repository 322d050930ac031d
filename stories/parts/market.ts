import { cursorInQuery, type Recovery } from 'react-query-realtime'
import { z } from 'zod'

/** The default symbols of the demo server. */
export const SYMBOLS = ['BTC', 'ETH', 'SOL', 'ADA'] as const

/** `last` and `change` in dollars; `at` in ms since 1970. */
export const quoteSchema = z.object({ last: z.number(), change: z.number(), at: z.number() })
export type Quote = z.infer<typeof quoteSchema>

/** The messages of the demo server. `price` has no handler, so it is written at `['price', { symbol }]`. */
export const marketMessages = {
  price: { params: z.object({ symbol: z.string() }), response: quoteSchema },
}

interface Welcome {
  resumed: boolean
}

/** Resumes at `epoch` and `seq`. The first message of the demo server says whether it resumed. */
export const marketRecovery: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
  attach: cursorInQuery(),
  resumed: ({ type, response }) => (type === 'welcome' ? (response as Welcome).resumed : undefined),
}
