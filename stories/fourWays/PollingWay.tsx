import { useEffect } from 'react'
import { usePolling } from 'react-query-realtime'
import type { Quote } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { LivePrice } from './LivePrice.tsx'
import { SYMBOL, type WayProps } from './ways.ts'

/** Requests the latest price at an interval. */
export function PollingWay({ demo, arrived, interval }: WayProps) {
  const price = usePolling<Quote>({ url: demo.url('/poll', { type: 'price', symbol: SYMBOL }), interval })
  const { data, isError, isPending, failureCount, pausedBy } = price

  useEffect(() => {
    if (data) arrived(data.at)
  }, [data, arrived])

  const status = pausedBy.size > 0 ? 'paused' : isError ? 'reconnecting' : isPending ? 'connecting' : 'open'
  return (
    <LivePrice quote={data}>
      <StatusLight
        status={status}
        pausedBy={pausedBy}
        retryCount={failureCount}
        nextRetryAt={isError ? price.nextPollAt : null}
      />
    </LivePrice>
  )
}
