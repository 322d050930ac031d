import { useMemo } from 'react'
import { useServerEvents } from 'react-query-realtime'
import { marketMessages } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { CachedPrice } from './LivePrice.tsx'
import { onPrice } from './onPrice.ts'
import type { WayProps } from './ways.ts'

/** Sends one request and reads a response that does not end. */
export function ServerEventsWay({ demo, arrived }: WayProps) {
  const onMessage = useMemo(() => onPrice(arrived), [arrived])
  const { status, error, retryCount, nextRetryAt } = useServerEvents({
    url: demo.url('/events', { comment: 4_000 }),
    messages: marketMessages,
    silenceTimeout: 8_000,
    onMessage,
  })
  return (
    <CachedPrice>
      <StatusLight status={status} error={error} retryCount={retryCount} nextRetryAt={nextRetryAt} />
    </CachedPrice>
  )
}
