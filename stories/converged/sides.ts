/** Props of the code that keeps a cache live. */
export interface LiveProps {
  readonly url: string
  readonly webSocket: typeof WebSocket
  /** Whether the handwritten code invalidates all queries after a reconnect. */
  readonly glueRefetches: boolean
}

/** The two sides that are compared. */
export const SIDES = {
  library: { title: 'react-query-realtime', how: 'useSocket, with recovery and liveQueries' },
  glue: { title: 'Handwritten code', how: 'new WebSocket(), queryClient.setQueryData()' },
} as const

export type SideName = keyof typeof SIDES

/** One item per side. */
export type Both<Item> = Readonly<Record<SideName, Item>>

/** Calls a function for each side. */
export function forBoth<Item>(call: (name: SideName) => Item): Both<Item> {
  return { library: call('library'), glue: call('glue') }
}
