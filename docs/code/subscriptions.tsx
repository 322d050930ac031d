// #region price
import { RequestError, socketOptions, useSubscription } from 'react-query-realtime'
import { z } from 'zod'

export const market = socketOptions({
  url: '/socket',
  messages: { price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) } },
})

export function Price({ symbol }: { symbol: string }) {
  const { data, error, isStale, isComplete, refetch } = useSubscription(market, {
    type: 'price',
    params: { symbol },
  })
  if (error) {
    const reason = error instanceof RequestError ? String(error.error) : error.message
    return <button onClick={() => void refetch()}>{`${symbol}: ${reason}. Try again`}</button>
  }
  return (
    <p aria-busy={isStale}>{`${symbol}: ${data?.last ?? '…'}${isComplete ? ', no longer traded' : ''}`}</p>
  )
}
// #endregion price

// #region list
import { useState } from 'react'

const ROW_HEIGHT = 20
/** How many rows are on screen. */
const ROWS = 300

/** A list with thousands of symbols. Only the rows on screen are mounted. */
export function Prices({ symbols }: { symbols: readonly string[] }) {
  const [first, setFirst] = useState(0)
  return (
    <div
      aria-label="Prices"
      style={{ height: ROWS * ROW_HEIGHT, overflow: 'auto' }}
      onScroll={({ currentTarget }) => setFirst(Math.floor(currentTarget.scrollTop / ROW_HEIGHT))}
    >
      <div style={{ height: symbols.length * ROW_HEIGHT }}>
        <div style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
          {symbols.slice(first, first + ROWS).map(symbol => (
            <Price key={symbol} symbol={symbol} />
          ))}
        </div>
      </div>
    </div>
  )
}
// #endregion list

// #region positions
import { append, messageKey } from 'react-query-realtime'

const said = z.object({ id: z.string(), text: z.string() })

export const chat = socketOptions({
  url: '/chat',
  messages: { chat: { params: z.object({ room: z.string() }), response: z.array(said) } },
  on: {
    chat: ({ params, response }, cache) =>
      cache.setQueryData(messageKey('chat', params), append(response, { by: 'id', max: 1_000 })),
  },
  recovery: {
    cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
    perSubscription: true,
  },
})

export function Chat({ room }: { room: string }) {
  const { data = [] } = useSubscription(chat, { type: 'chat', params: { room } })
  return data.map(({ id, text }) => <p key={id}>{`${room}: ${text}`}</p>)
}
// #endregion positions
