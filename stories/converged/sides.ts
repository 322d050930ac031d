/** What keeps a cache live is told. */
export interface LiveProps {
  readonly url: string
  readonly webSocket: typeof WebSocket
  /** Whether the glue invalidates everything when its socket is open again. */
  readonly glueRefetches: boolean
}

/** The two sides, in the order of their cards and lines. */
export const SIDES = [
  { name: 'library', title: 'react-query-realtime', how: 'useSocket with recovery and feeds' },
  { name: 'glue', title: 'Glue by hand', how: 'new WebSocket and setQueryData' },
] as const

export type SideName = (typeof SIDES)[number]['name']
