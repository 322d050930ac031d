import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Order } from '../orders/orders.ts'
import type { Changes } from './orders.ts'

/** Options of the handwritten code. */
export interface GlueOptions {
  readonly url: string
  /** The global class or a counting one. */
  readonly webSocket: typeof WebSocket
  /** Whether to invalidate all queries after a reconnect. */
  readonly refetchesOnReopen: boolean
}

interface Push {
  readonly type: string
  readonly response: Order
}

/** Writes WebSocket messages into the query cache, as many blog posts do. Reconnects after a second. */
export function useGlue({ url, webSocket: Socket, refetchesOnReopen }: GlueOptions): void {
  const queryClient = useQueryClient()

  useEffect(() => {
    let socket: WebSocket | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    function connect(isAgain: boolean): void {
      const next = new Socket(url)
      next.onopen = () => {
        if (isAgain && refetchesOnReopen) void queryClient.invalidateQueries()
      }
      next.onmessage = ({ data }) => handle(queryClient, JSON.parse(String(data)) as Push)
      next.onclose = () => {
        timer = setTimeout(() => connect(true), 1_000)
      }
      socket = next
    }

    connect(false)
    return () => {
      clearTimeout(timer)
      if (socket) socket.onclose = null
      socket?.close()
    }
  }, [queryClient, url, Socket, refetchesOnReopen])
}

function handle(queryClient: QueryClient, { type, response }: Push): void {
  const change = type === 'order.changed' ? upsertOrder : type === 'order.removed' ? removeOrder : undefined
  if (!change) return
  queryClient.setQueryData<readonly Order[]>(['orders'], orders => orders && change(orders, response))
  queryClient.setQueryData<Changes>(['changes'], data => data && { ...data, changes: data.changes + 1 })
}

function upsertOrder(orders: readonly Order[], order: Order): readonly Order[] {
  return orders.some(({ id }) => id === order.id)
    ? orders.map(one => (one.id === order.id ? order : one))
    : [...orders, order]
}

function removeOrder(orders: readonly Order[], { id }: Order): readonly Order[] {
  return orders.filter(one => one.id !== id)
}
