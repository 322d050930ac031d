import {
  socketOptions,
  useSuspensePolling,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import { z } from 'zod'
import { formatPrice } from '../parts/format.ts'
import { marketMessages, type Quote, quoteSchema } from '../parts/market.ts'

const market = (url: string) =>
  socketOptions({
    url,
    messages: {
      ...marketMessages,
      ticker: { params: z.object({ symbol: z.string() }), response: quoteSchema },
      welcome: z.unknown(),
    },
    on: { welcome: () => undefined },
  })

interface PriceProps {
  url: string
  symbol: string
}

/** Suspends until the reply. There is always a price, so no branch for a missing one. */
export function RequestedPrice({ url, symbol }: PriceProps) {
  const { data } = useSuspenseSocketQuery(market(url), { type: 'price', params: { symbol } })
  return <Price symbol={symbol} quote={data} />
}

/** Suspends until the first message of its symbol. */
export function SubscribedPrice({ url, symbol }: PriceProps) {
  const { data } = useSuspenseSubscription(market(url), { type: 'ticker', params: { symbol } })
  return <Price symbol={symbol} quote={data} />
}

/** Suspends until the first poll. The server responds with 204 for a symbol that it does not know. */
export function PolledPrice({ url }: { url: string }) {
  const { data, isPolling } = useSuspensePolling<Quote | null>({ url, interval: 1_000 })
  return (
    <>
      <p className="suspense-price figures">{data ? formatPrice(data.last) : 'no price yet'}</p>
      <p className="quiet">{isPolling ? 'polls once a second' : 'does not poll'}</p>
    </>
  )
}

function Price({ symbol, quote }: { symbol: string; quote: Quote }) {
  return (
    <>
      <p className="suspense-price figures" data-symbol={symbol}>
        {formatPrice(quote.last)}
      </p>
      <p className="quiet">{symbol}</p>
    </>
  )
}
