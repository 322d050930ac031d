import { useMemo } from 'react'
import { useLongPoll } from 'react-query-realtime'
import { marketMessages } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { CachedPrice } from './LivePrice.tsx'
import { onPrice } from './onPrice.ts'
import type { WayProps } from './ways.ts'

/** Sends a request that the server holds until there is news, then sends the next one. */
export function LongPollWay({ demo, arrived }: WayProps) {
  const onMessage = useMemo(() => onPrice(arrived), [arrived])
  const { status, error, retryCount, nextRetryAt } = useLongPoll({
    url: demo.url('/long-poll'),
    messages: marketMessages,
    onMessage,
  })
  return (
    <CachedPrice>
      <StatusLight status={status} error={error} retryCount={retryCount} nextRetryAt={nextRetryAt} />
    </CachedPrice>
  )
}
