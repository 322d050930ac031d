import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLongPoll, usePolling, useServerEvents, useSocket } from 'react-query-realtime'
import { Column } from './Column'
import { noteRow } from './notes'
import { type Origin, rowsKey, type Snapshot, snapshotQuery, type Transport } from './snapshot'
import { events, heldPoll, socket } from './streams'

export function App() {
  const { data, isError } = usePolling<Origin>({ url: '/api/origin', interval: 1_000 })
  // While the server cannot be reached, its rows are unknown.
  const origin = isError ? undefined : data
  return (
    <main>
      <header>
        <h1>Nchan cluster</h1>
        <p data-status={isError ? 'reconnecting' : 'open'}>
          Rows of the server: <b>{isError ? '?' : (origin?.last ?? '…')}</b>
        </p>
        {origin && <Pace pace={origin.pace} />}
      </header>
      <div className="columns">
        <Poll origin={origin} />
        <HeldPoll origin={origin} />
        <Events origin={origin} />
        <Socket origin={origin} />
      </div>
    </main>
  )
}

/** Without new rows, all columns must show what the server has. */
function Pace({ pace }: { pace: number }) {
  const queryClient = useQueryClient()
  async function change() {
    await fetch('/api/pace', { method: 'PUT', body: pace > 0 ? '0' : '10' })
    await queryClient.invalidateQueries({ queryKey: ['poll', '/api/origin'] })
  }
  return <button onClick={() => void change()}>{pace > 0 ? 'Pause' : 'Resume'}</button>
}

interface Followed {
  origin: Origin | undefined
}

function Poll({ origin }: Followed) {
  const { data, isError } = usePolling<Snapshot>({
    url: '/api/rows',
    queryKey: rowsKey('poll'),
    interval: 5_000,
  })
  return (
    <Column
      transport="poll"
      title="Poll, 5 s"
      status={isError ? 'reconnecting' : 'open'}
      snapshot={data}
      origin={origin}
    />
  )
}

const counted = (transport: Transport) => ({
  onMessage: (message: { type: string; response?: unknown }) => {
    if (message.type === 'row') noteRow(transport, (message.response as { id: number }).id)
  },
})

const countPolled = counted('long poll')
function HeldPoll({ origin }: Followed) {
  const { status } = useLongPoll({ ...heldPoll, ...countPolled })
  return <Stream transport="long poll" title="Long poll" status={status} origin={origin} />
}

const countEvents = counted('events')
function Events({ origin }: Followed) {
  const { status } = useServerEvents({ ...events, ...countEvents })
  return <Stream transport="events" title="Server-Sent Events" status={status} origin={origin} />
}

const countFrames = counted('socket')
function Socket({ origin }: Followed) {
  const { status } = useSocket({ ...socket, ...countFrames })
  return <Stream transport="socket" title="WebSocket" status={status} origin={origin} />
}

interface StreamProps extends Followed {
  transport: Transport
  title: string
  status: string
}

function Stream(props: StreamProps) {
  const { data } = useQuery(snapshotQuery(props.transport))
  return <Column {...props} snapshot={data} />
}
