import { useState } from 'react'
import { RequestError, socketOptions, useSocketQuery } from 'react-query-realtime'
import { z } from 'zod'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { formatPrice } from '../parts/format.ts'
import { marketMessages } from '../parts/market.ts'

/** The error of a refused request. */
interface Refusal {
  code: string
  message: string
}

export function ErrorReply() {
  const demo = useDemo()
  const [symbol, setSymbol] = useState('DOGE')
  const market = socketOptions({
    url: demo.url('/socket'),
    messages: { ...marketMessages, welcome: z.unknown() },
    on: { welcome: () => undefined },
  })
  const { data, error, isFetching, refetch } = useSocketQuery(market, { type: 'price', params: { symbol } })

  const publish = () =>
    demo.post('/publish', {
      type: 'price',
      params: { symbol },
      response: { last: 0.1, change: 0, at: Date.now() },
    })

  return (
    <Card title="The price of a symbol">
      <div className="form">
        <label className="field">
          Symbol
          <input value={symbol} onChange={event => setSymbol(event.target.value.toUpperCase())} />
        </label>
        <Button onClick={() => void refetch()}>Refetch</Button>
        <Button onClick={() => void publish()}>Publish a price of 0.10</Button>
      </div>
      <p role="status">
        {isFetching && 'Loading…'}
        {!isFetching && error && `No price: ${reason(error)}`}
        {!isFetching && !error && data && `${symbol} is at ${formatPrice(data.last)}`}
      </p>
    </Card>
  )
}

function reason(error: Error): string {
  return error instanceof RequestError ? (error.error as Refusal).code : error.message
}
