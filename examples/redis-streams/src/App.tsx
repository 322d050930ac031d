import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Gap, useLongPoll, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { fetchRows, keepRows, numbered, resumed, type Row, type Snapshot } from './rows'

interface ColumnProps {
  title: string
  status: string
  rows: readonly Row[] | undefined
  gaps?: readonly string[]
}

function Column({ title, status, rows = [], gaps = [] }: ColumnProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p data-status={status}>{status}</p>
      <output>{rows.length} rows</output>
      <p>{gaps.length > 0 ? `gaps: ${gaps.join(', ')}` : 'no gap'}</p>
      <ol>
        {rows.slice(-8).map(({ id, at }) => (
          <li key={id}>
            {id} <time>{at.slice(11, 19)}</time>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** A list of its own for each transport, and the gaps in it. */
function useRows(name: string) {
  const queryKey = ['rows', name]
  const [gaps, setGaps] = useState<readonly string[]>([])
  const { data } = useQuery({ queryKey, queryFn: fetchRows })
  const onGap = ({ cause }: Gap) => setGaps(former => [...former, cause])
  return { rows: data?.rows, gaps, options: { ...keepRows(queryKey), onGap } }
}

function Polling() {
  const { data, isError, isPending } = usePolling<Snapshot>({ url: '/api/rows', interval: 1_000 })
  const status = isError ? 'reconnecting' : isPending ? 'connecting' : 'open'
  return <Column title="usePolling" status={status} rows={data?.rows} />
}

function LongPoll() {
  const { options, ...column } = useRows('long poll')
  const { status } = useLongPoll({ url: '/api/changes', holdTimeout: 23_000, recovery: numbered, ...options })
  return <Column title="useLongPoll" status={status} {...column} />
}

function Events() {
  const { options, ...column } = useRows('events')
  const { status } = useServerEvents({
    url: '/api/events',
    silenceTimeout: 12_000,
    recovery: numbered,
    ...options,
  })
  return <Column title="useServerEvents" status={status} {...column} />
}

function Socket() {
  const { options, ...column } = useRows('socket')
  const { status } = useSocket({ url: '/api/socket', recovery: resumed, ...options })
  return <Column title="useSocket" status={status} {...column} />
}

export function App() {
  return (
    <main>
      <Polling />
      <LongPoll />
      <Events />
      <Socket />
    </main>
  )
}
