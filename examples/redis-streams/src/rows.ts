import { append, type ConnectionOptions, cursorInQuery, type Recovery } from 'react-query-realtime'

export interface Row {
  id: number
  at: string
}

/** The list, and the position in the log up to which it is complete. */
export interface Snapshot {
  epoch: string
  seq: number
  rows: Row[]
}

/** As many as the server keeps. */
const MAX_ROWS = 1_000

export async function fetchRows({ signal }: { signal: AbortSignal }): Promise<Snapshot> {
  const response = await fetch('/api/rows', { signal })
  if (!response.ok) throw new Error(`The server responded with ${response.status}.`)
  return response.json()
}

/** A list that messages keep live. */
export const keepRows = (queryKey: readonly unknown[]) =>
  ({
    liveQueries: [{ queryKey, position: ({ epoch, seq }: Snapshot) => ({ epoch, seq }) }],
    on: {
      row: ({ response }, cache) =>
        cache.setQueryData<Snapshot>(
          queryKey,
          append(response as Row, { by: 'id', list: 'rows', max: MAX_ROWS }),
        ),
    },
  }) satisfies Pick<ConnectionOptions, 'liveQueries' | 'on'>

/** The numbers of messages. A skipped number is a gap. */
export const numbered: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
}

/** A socket also says where it was, and the server says in its first message whether it resumed. */
export const resumed: Recovery = {
  ...numbered,
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}
