import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { formatPrice } from '../parts/format.ts'
import { SYMBOLS } from '../parts/market.ts'
import { QuoteTable } from '../parts/QuoteTable.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'
import { GraphqlPrice } from './GraphqlPrice.tsx'
import { graphqlMarket, quoteOf } from './graphqlMarket.ts'

/** Prices of a GraphQL server (graphql-ws), over one socket. */
export function AnotherProtocol() {
  const demo = useDemo()
  const socket = useMemo(() => graphqlMarket(demo.url('/graphql')), [demo])
  const { status, nextRetryAt, retryCount, request } = useSocket(socket)
  const [shown, setShown] = useState<readonly string[]>(['BTC', 'ETH'])
  const { data, refetch, isFetching } = useQuery({
    queryKey: ['one quote'],
    queryFn: () => request({ type: 'quote', params: quoteOf('SOL') }),
    enabled: false,
  })
  const toggle = (symbol: string) =>
    setShown(shown.includes(symbol) ? shown.filter(other => other !== symbol) : [...shown, symbol])

  return (
    <Card title="A GraphQL server" aside={<StatusLight {...{ status, nextRetryAt, retryCount }} />}>
      <p>
        Each row is a GraphQL subscription over one socket. Hide a row, and its operation is completed at the
        server. The query runs over the same socket.
      </p>
      <div className="buttons">
        {SYMBOLS.map(symbol => (
          <Button key={symbol} aria-pressed={shown.includes(symbol)} onClick={() => toggle(symbol)}>
            {shown.includes(symbol) ? `Hide ${symbol}` : `Show ${symbol}`}
          </Button>
        ))}
      </div>
      <QuoteTable>
        {SYMBOLS.filter(symbol => shown.includes(symbol)).map(symbol => (
          <GraphqlPrice key={symbol} socket={socket} symbol={symbol} />
        ))}
      </QuoteTable>
      <div className="buttons">
        <Button look="primary" disabled={isFetching} onClick={() => void refetch()}>
          Query one quote
        </Button>
        <Button onClick={() => void demo.post('/faults', { fault: 'kill' })}>Drop the connection</Button>
      </div>
      <p role="status">{data ? `SOL is ${formatPrice(data.quote.last)}.` : 'No quote queried yet.'}</p>
    </Card>
  )
}
