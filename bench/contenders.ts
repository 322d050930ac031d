/** A library or technique to measure. */
export interface Contender {
  title: string
  /** Its page, under `contenders`. */
  file: string
  /** Whether it is a peer that this library is compared with. */
  isPeer: boolean
}

export const contenders = {
  realtime: { title: 'react-query-realtime', file: 'realtime.tsx', isPeer: false },
  sharedWorker: { title: 'react-query-realtime, shared worker', file: 'sharedWorker.tsx', isPeer: false },
  floor: { title: 'floor', file: 'floor.ts', isPeer: false },
  raw: { title: 'raw', file: 'raw.ts', isPeer: false },
  setQueryData: { title: '`setQueryData` by hand', file: 'setQueryData.ts', isPeer: true },
  unshared: {
    title: '`setQueryData` by hand, `structuralSharing: false`',
    file: 'unshared.ts',
    isPeer: true,
  },
  reactUseWebSocket: { title: 'react-use-websocket', file: 'reactUseWebSocket.ts', isPeer: true },
  partysocket: { title: 'partysocket', file: 'partysocket.ts', isPeer: true },
  ahooks: { title: 'ahooks', file: 'ahooks.tsx', isPeer: true },
  swr: { title: 'SWR subscription', file: 'swr.tsx', isPeer: true },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

export const contenderNames = Object.keys(contenders) as ContenderName[]
