import { QueryClient } from '@tanstack/react-query'
import type { Order } from '../orders/orders.ts'
import type { Changes } from './orders.ts'
import type { SideName } from './sides.ts'

export type Side = ReturnType<typeof createSide>

/** What has happened on one side so far. */
export interface Counts {
  /** Changes that its sockets brought. */
  readonly received: number
  /** Sockets that were lost. */
  readonly drops: number
  /** Requests for either query. */
  readonly fetches: number
}

/** One of the two caches, with a WebSocket class that counts. */
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

/** Only changes have a place in the server's log. */
function isChange(data: unknown): boolean {
  return (JSON.parse(String(data)) as { seq?: number }).seq !== undefined
}
