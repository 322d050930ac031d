import { type ConnectionInfo, useRealtime } from 'react-query-realtime'
import type { ReactNode } from 'react'
import { formatAgo, formatCount } from './format.ts'
import { StatusLight } from './StatusLight.tsx'
import { useNow } from './useNow.ts'

type Column = readonly [name: string, cell: (info: ConnectionInfo, now: number) => ReactNode]

const COLUMNS: readonly Column[] = [
  ['Status', info => <StatusLight {...info} />],
  ['Components', ({ users }) => users],
  ['Retries', ({ retryCount }) => retryCount],
  ['Latency', ({ latency }) => (latency === null ? '–' : `${Math.round(latency)} ms`)],
  [
    'Last message',
    ({ lastMessageAt }, now) => (lastMessageAt === null ? '–' : formatAgo(lastMessageAt, now)),
  ],
  ['Received', ({ received }) => formatCount(received)],
  ['Unknown type', ({ unknown }) => unknown],
  ['Invalid', ({ bad }) => bad],
]

/**
 * The connections of the provider. The roles are explicit: a narrow screen lays the table out as blocks, which drops the
 * implicit ones.
 */
export function ConnectionPanel() {
  const { connections } = useRealtime()
  const now = useNow(1_000)
  if (connections.length === 0) return <p className="quiet">No open connections.</p>
  return (
    <div className="connections">
      <table role="table" aria-label="Connections">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Connection
            </th>
            {COLUMNS.map(([name]) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {connections.map(info => (
            <ConnectionRow key={info.id} info={info} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ConnectionRow({ info, now }: { info: ConnectionInfo; now: number }) {
  return (
    <tr role="row" data-transport={info.transport}>
      <th role="rowheader" scope="row">
        {info.transport}
        <span className="connection-url">{pathOf(info.url)}</span>
      </th>
      {COLUMNS.map(([name, cell]) => (
        <td key={name} role="cell" className="figures" data-label={name}>
          {cell(info, now)}
        </td>
      ))}
    </tr>
  )
}

function pathOf(url: string): string {
  return url === '' ? '' : new URL(url).pathname
}
