'use client'
import { useQuery } from '@tanstack/react-query'
import { serverEventsOptions, upsert, useServerEvents } from 'react-query-realtime'
import type { Price } from '../lib/prices'
import { pricesQuery } from '../lib/pricesQuery'
import type { Trade } from '../lib/trades'

declare module 'react-query-realtime' {
  interface Register {
    messages: { price: Price; trade: Trade }
  }
}

const priceEvents = serverEventsOptions({
  url: '/api/events',
  // Fetched again when the stream opens and after a reconnect, since updates may have been missed.
  liveQueries: [pricesQuery.queryKey],
  on: {
    price: ({ response }, cache) =>
      cache.setQueryData(pricesQuery.queryKey, upsert(response, { by: 'symbol' })),
  },
})

export function Prices() {
  // The first render, on the server and in the browser, shows the prefetched data. The stream opens after that.
  const { data: prices = [], error } = useQuery(pricesQuery)
  const { status } = useServerEvents(priceEvents)
  return (
    <section>
      <header>
        <h1>Live prices</h1>
        <span className="status" data-status={status}>
          {status}
        </span>
      </header>
      {error && <p role="alert">{error.message}</p>}
      <table>
        <tbody>
          {prices.map(({ symbol, last }) => (
            <tr key={symbol}>
              <th scope="row">{symbol}</th>
              <td>{last.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
