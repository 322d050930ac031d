import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { StrictMode, useEffect } from 'react'
import { append, type ConnectionOptions, RealtimeProvider } from 'react-query-realtime'
import type { Outcome, Row, RunningEngine, Snapshot, UseTransport } from './Engine.ts'

/** More than any test adds. */
const MAX_ROWS = 2_000

interface WatchedClient {
  transport: string
  /** The list as the user sees it. */
  list(): readonly Row[]
  /** Whether that is the publisher's. Without numbers, only since `begin`: a row may be lost while the page opens. */
  isCurrent(rows: readonly Row[]): boolean
  status(): string
  /** Forgets what it took to start. */
  begin(): void
  /** What it has gone through since, compared with the rows of the publisher. */
  compare(rows: readonly Row[]): Outcome
}

const isEqual = (list: readonly Row[], rows: readonly Row[]) =>
  list.length === rows.length && list.every(({ id }, index) => id === rows[index]?.id)

/** Mounts clients of all transports, each with a list of its own, and notes what comes to them. */
export function watchClients(
  engine: Pick<RunningEngine, 'url' | 'snapshotUrl'>,
  { transports, clients = 1 }: { transports: Readonly<Record<string, UseTransport>>; clients?: number },
) {
  const names = Object.keys(transports).flatMap(transport => Array<string>(clients).fill(transport))
  const mounted = names.map((transport, index) =>
    watchClient(engine, transport, { index, use: transports[transport]! }),
  )
  return { clients: mounted as WatchedClient[], unmount: () => mounted.forEach(({ unmount }) => unmount()) }
}

function watchClient(
  { url, snapshotUrl }: Pick<RunningEngine, 'url' | 'snapshotUrl'>,
  transport: string,
  { index, use }: { index: number; use: UseTransport },
) {
  const queryClient = new QueryClient({
    defaultOptions: { queries: { retry: 20, retryDelay: 500, networkMode: 'always' } },
  })
  const queryKey = ['rows', index]
  const received: { id: number; at: number }[] = []
  const gaps: string[] = []
  let fetches = 0
  let since = 0
  let status = ''

  const options: Pick<ConnectionOptions, 'on' | 'onMessage' | 'liveQueries' | 'onGap'> = {
    liveQueries: [
      { queryKey, position: ({ epoch, seq }: Snapshot) => (seq === undefined ? undefined : { epoch, seq }) },
    ],
    onMessage: ({ type, response }) => {
      if (type === 'row') received.push({ id: (response as Row).id, at: performance.now() })
    },
    on: {
      row: ({ response }, cache) => {
        const added = append(response as Row, { by: 'id', list: 'rows', max: MAX_ROWS })
        cache.setQueryData<Snapshot>(queryKey, added)
      },
      beat: () => {},
    },
    onGap: ({ cause }) => void gaps.push(cause),
  }
  async function fetchRows({ signal }: { signal: AbortSignal }) {
    fetches += 1
    const response = await fetch(snapshotUrl, { signal })
    if (!response.ok) throw new Error(`Status ${response.status}`)
    return (await response.json()) as Snapshot
  }
  const isPoll = transport === 'poll'

  function Client() {
    const current = use({ queryKey, options })
    useQuery({ queryKey, queryFn: fetchRows, staleTime: Infinity, enabled: !isPoll })
    useEffect(() => void (status = current), [current])
    return null
  }
  const { unmount } = render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider baseUrl={url} heartbeat={{ interval: 3_000, timeout: 5_000 }}>
          <Client />
        </RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
  const list = () => queryClient.getQueryData<Snapshot>(queryKey)?.rows ?? []

  function isCurrent(rows: readonly Row[]): boolean {
    const isNumbered = queryClient.getQueryData<Snapshot>(queryKey)?.seq !== undefined
    const isLate = ({ id }: Row) => isNumbered || id > since
    return isEqual(list().filter(isLate), rows.filter(isLate))
  }

  function compare(rows: readonly Row[]): Outcome {
    const ids = new Set(received.map(({ id }) => id))
    const waits = received.map(({ at }, place) => at - (received[place - 1]?.at ?? at))
    const listed = new Set(list().map(({ id }) => id))
    return {
      since,
      missing: rows.flatMap(({ id }) => (listed.has(id) ? [] : id)),
      lost: isPoll ? 0 : rows.filter(({ id }) => id > since && !ids.has(id)).length,
      doubled: received.length - ids.size,
      gaps,
      refetches: fetches,
      converged: isCurrent(rows),
      status,
      stall: Math.max(0, ...waits),
    }
  }
  return {
    transport,
    list,
    isCurrent,
    status: () => status,
    begin() {
      fetches = 0
      gaps.length = 0
      since = Math.max(0, ...received.map(({ id }) => id))
    },
    compare,
    unmount() {
      unmount()
      queryClient.clear()
    },
  }
}
