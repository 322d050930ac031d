import type { ConnectionResult, Status } from 'react-query-realtime'
import { formatSeconds } from './format.ts'
import { StatusIcon } from './StatusIcon.tsx'
import { useNow } from './useNow.ts'

export interface StatusLightProps {
  status: Status
  nextRetryAt?: number | null
  retryCount?: number
  pausedBy?: ConnectionResult['pausedBy']
  error?: ConnectionResult['error']
}

/** Where a connection stands, in a word, a shape and a colour, and how long it is until it tries again. */
export function StatusLight({
  status,
  nextRetryAt = null,
  retryCount = 0,
  pausedBy,
  error,
}: StatusLightProps) {
  const reasons = status === 'paused' && pausedBy ? ` by ${[...pausedBy].join(', ')}` : ''
  return (
    <span className="status" data-status={status}>
      <StatusIcon status={status} />
      {/* Only the word is announced: a countdown read aloud would never end. */}
      <span className="status-word" role="status">
        {status}
        {reasons}
      </span>
      {nextRetryAt !== null && <Countdown until={nextRetryAt} retryCount={retryCount} />}
      {status === 'failed' && error && <span className="status-note">{error.message}</span>}
    </span>
  )
}

function Countdown({ until, retryCount }: { until: number; retryCount: number }) {
  const now = useNow(100)
  return (
    <span className="status-note">
      try {retryCount} in <span className="figures">{formatSeconds(until - now)}</span>
    </span>
  )
}
