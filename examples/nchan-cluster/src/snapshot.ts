import { queryOptions } from '@tanstack/react-query'

export interface Row {
  id: number
  at: number
}

/** The newest rows, with their position in the log: the number of the last message that they include. */
export interface Snapshot {
  epoch: string
  seq: number
  rows: Row[]
}

/** How many rows the server keeps. */
export const KEPT = 2_000

export type Transport = 'poll' | 'long poll' | 'events' | 'socket'

/** A real app has one list. Here each transport has its own, so that they can be compared. */
export const rowsKey = (transport: Transport) => ['rows', transport]

async function fetchJson<Data>(path: string, signal: AbortSignal): Promise<Data> {
  const response = await fetch(path, { signal })
  if (!response.ok) throw new Error(`Status ${response.status}`)
  return (await response.json()) as Data
}

export const snapshotQuery = (transport: Transport) =>
  queryOptions({
    queryKey: rowsKey(transport),
    queryFn: ({ signal }) => fetchJson<Snapshot>('/api/rows', signal),
  })

export interface Origin {
  /** The id of the last row. */
  last: number
  /** Rows a second. */
  pace: number
}
