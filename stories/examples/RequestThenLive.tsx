import { socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages } from '../parts/market.ts'
import { QuoteTable } from '../parts/QuoteTable.tsx'
import { RenderCount } from '../parts/RenderCount.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

/** One definition for every component that uses the socket. The welcome message needs no handling here. */
const market = (url: string) =>
  socketOptions({
    url,
    messages: { ...marketMessages, welcome: z.unknown() },
    on: { welcome: () => undefined },
  })

export function RequestThenLive({ symbols }: { symbols: readonly string[] }) {
  const { status, nextRetryAt, retryCount, error } = useSocket(market(useDemo().url('/socket')))
  return (
    <Card title="Prices" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <QuoteTable extra="Renders">
        {symbols.map(symbol => (
          <Price key={symbol} symbol={symbol} />
        ))}
      </QuoteTable>
    </Card>
  )
}

function Price({ symbol }: { symbol: string }) {
  const socket = market(useDemo().url('/socket'))
  // Requests the value once. Later pushes of the same type and params update it.
  const { data, error } = useSocketQuery(socket, { type: 'price', params: { symbol } })
  return (
    <QuoteTable.Row symbol={symbol} quote={data} error={error}>
      <RenderCount of={symbol} />
    </QuoteTable.Row>
  )
}
