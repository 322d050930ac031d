'use client'
import { useQuery } from '@tanstack/react-query'
import { cursorInQuery, serverEventsOptions, useServerEvents } from 'react-query-realtime'
import type { Trades as TradeList } from '../lib/trades'
import { tradesQuery } from '../lib/tradesQuery'

const tradeEvents = serverEventsOptions({
  url: '/api/trade-events',
  // The list names its position in the log, so the stream starts right after it, and nothing is fetched again.
  liveQueries: [{ queryKey: tradesQuery.queryKey, position: ({ seq }: TradeList) => ({ seq }) }],
  recovery: {
    cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
    attach: cursorInQuery({ epoch: 'epoch', seq: 'after' }),
    // The server always sends what came after the position.
    resumed: true,
  },
  on: {
    trade: ({ response, seq = 0 }, cache) =>
      cache.setQueryData<TradeList>(
        tradesQuery.queryKey,
        list => list && { seq, latest: [response, ...list.latest].slice(0, list.latest.length) },
      ),
  },
})

export function Trades() {
  const { data, error } = useQuery(tradesQuery)
  const { status } = useServerEvents(tradeEvents)
  return (
    <section>
      <header>
        <h1>Trades</h1>
        <span className="status" data-status={status}>
          {status}
        </span>
      </header>
      {error && <p role="alert">{error.message}</p>}
      <ol>
        {data?.latest.map(({ id, symbol, amount }) => (
          <li key={id} data-id={id}>
            {`${amount} × ${symbol}`}
          </li>
        ))}
      </ol>
    </section>
  )
}
