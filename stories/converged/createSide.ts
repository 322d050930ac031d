import { QueryClient } from '@tanstack/react-query'
import type { Order } from '../orders/orders.ts'
import type { Changes } from './orders.ts'
import type { SideName } from './sides.ts'

export type Side = ReturnType<typeof createSide>

/** Counters of one side. */
export interface Counts {
  /** Changes that arrived over its sockets. */
  readonly received: number
  /** Dropped sockets. */
  readonly drops: number
  /** Fetches of either query. */
  readonly fetches: number
}

/** Creates one of the two caches, with a counting WebSocket class. */
export function createSide(name: SideName) {
  const counts = { received: 0, drops: 0, fetches: 0 }
  const open = new Set<WebSocket>()
  let touchedAt = Date.now()
  const queryClient = new QueryClient()

  const touch = () => {
    touchedAt = Date.now()
  }

  class CountedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('open', () => {
        open.add(this)
        touch()
      })
      this.addEventListener('message', ({ data }) => {
        if (!isChange(data)) return
        counts.received += 1
        touch()
      })
      this.addEventListener('close', () => {
        if (open.delete(this)) counts.drops += 1
        touch()
      })
    }
  }

  queryClient.getQueryCache().subscribe(event => {
    if (event.type !== 'updated') return
    if (event.action.type === 'fetch') counts.fetches += 1
    touch()
  })

  return {
    name,
    queryClient,
    webSocket: CountedWebSocket,
    counts: counts as Counts,
    orders: (): readonly Order[] => queryClient.getQueryData<readonly Order[]>(['orders']) ?? [],
    changes: (): number => queryClient.getQueryData<Changes>(['changes'])?.changes ?? 0,
    /** Whether its socket is open and nothing has happened for `ms`. */
    isQuiet: (ms: number): boolean =>
      open.size > 0 && queryClient.isFetching() === 0 && Date.now() - touchedAt > ms,
    isOpen: (): boolean => open.size > 0,
  }
}

/** Only changes have a position in the server's log. */
function isChange(data: unknown): boolean {
  return (JSON.parse(String(data)) as { seq?: number }).seq !== undefined
}
