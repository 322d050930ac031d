/** What keeps a cache live is told. */
export interface LiveProps {
  readonly url: string
  readonly webSocket: typeof WebSocket
  /** Whether the glue invalidates everything when its socket is open again. */
  readonly glueRefetches: boolean
}

/** The two sides that are compared. */
export const SIDES = {
  library: { title: 'react-query-realtime', how: 'useSocket, with recovery and liveQueries' },
  glue: { title: 'Glue by hand', how: 'new WebSocket(), queryClient.setQueryData()' },
} as const

export type SideName = keyof typeof SIDES

/** Something of each side. */
export type Both<Item> = Readonly<Record<SideName, Item>>

/** The same done for each side. */
export function forBoth<Item>(call: (name: SideName) => Item): Both<Item> {
  return { library: call('library'), glue: call('glue') }
}
