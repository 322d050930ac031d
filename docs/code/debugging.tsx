// #region log
import type { ReactNode } from 'react'
import { RealtimeProvider, type RealtimeEvent } from 'react-query-realtime'

function logEvent({ kind, connection, ...details }: RealtimeEvent) {
  console.debug(`[realtime] ${connection.id} ${kind}`, details)
}

export function LoggedProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  return (
    <RealtimeProvider baseUrl={baseUrl} onEvent={logEvent}>
      {children}
    </RealtimeProvider>
  )
}
// #endregion log

// #region panel
import { useRealtime } from 'react-query-realtime'

export function ConnectionPanel() {
  const { connections, reconnectAll } = useRealtime()
  return (
    <table>
      <tbody>
        {connections.map(({ id, url, status, users, retryCount, received, unknown, bad }) => (
          <tr key={id}>
            <td>{`${id} ${url}: ${status}, ${users} users, ${retryCount} retries`}</td>
            <td>{`${received} received, ${unknown} unknown, ${bad} bad`}</td>
          </tr>
        ))}
      </tbody>
      <caption>
        <button onClick={reconnectAll}>Reconnect all</button>
      </caption>
    </table>
  )
}
// #endregion panel

// #region why
import { socketOptions, useSocket } from 'react-query-realtime'

export const market = socketOptions({ url: '/socket' })

export function ConnectionStatus() {
  const { status, error, nextRetryAt, pausedBy } = useSocket(market)
  const next = nextRetryAt === null ? '' : `, next attempt at ${new Date(nextRetryAt).toLocaleTimeString()}`
  return (
    <p role="status">
      {status} {[...pausedBy].join()} {error?.message}
      {next}
    </p>
  )
}
// #endregion why
