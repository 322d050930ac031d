import type { ConnectionResult, Status } from 'react-query-realtime'
import { formatSeconds } from './format.ts'
import { StatusIcon } from './StatusIcon.tsx'
import { useNow } from './useNow.ts'

export interface StatusLightProps {
  status: Status
  nextRetryAt?: number | null
  retryCount?: number
  pausedBy?: ReadonlySet<string>
  error?: ConnectionResult['error']
}

/** The status of a connection as a word, a shape and a colour, with a countdown to the next retry. */
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
      {/* Screen readers announce the word only, not the countdown. */}
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
      retry {retryCount} in <span className="figures">{formatSeconds(until - now)}</span>
    </span>
  )
}
