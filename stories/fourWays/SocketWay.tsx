import { useMemo } from 'react'
import { useSocket } from 'react-query-realtime'
import { marketMessages, marketRecovery } from '../parts/market.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { CachedPrice } from './LivePrice.tsx'
import { onPrice } from './onPrice.ts'
import type { WayProps } from './ways.ts'

/** Opens a connection on which both sides can send. */
export function SocketWay({ demo, arrived }: WayProps) {
  const onMessage = useMemo(() => onPrice(arrived), [arrived])
  const { status, error, retryCount, nextRetryAt } = useSocket({
    url: demo.url('/socket', { snapshot: 1 }),
    messages: marketMessages,
    recovery: marketRecovery,
    onMessage,
  })
  return (
    <CachedPrice>
      <StatusLight status={status} error={error} retryCount={retryCount} nextRetryAt={nextRetryAt} />
    </CachedPrice>
  )
}
