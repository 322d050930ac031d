import { useMutation, useMutationState, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSocket } from 'react-query-realtime'
import type { Order } from '../orders/orders.ts'
import type { Demo } from '../parts/demo.ts'
import { changingOrders, type QuantityChange } from './changingOrders.ts'

const mutationKey = ['order.change']

/**
 * Orders that show a change before the server confirms it. The cache holds confirmed data only. Pending changes are applied
 * on top while rendering. When `request` resolves, the cache already has the reply, so removing the pending change shows the
 * same value. When it rejects, the server's value appears again.
 */
export function useQuantities(demo: Demo, reader: Demo) {
  const socket = useMemo(() => changingOrders(demo.url('/socket')), [demo])
  const { status, request } = useSocket(socket)
  const { data: orders = [], isFetching } = useQuery({
    queryKey: ['orders'],
    queryFn: async ({ signal }) => {
      const response = await fetch(reader.url('/orders'), { signal, cache: 'no-store' })
      return (await response.json()) as readonly Order[]
    },
  })
  const { mutate: change, error } = useMutation({
    mutationKey,
    mutationFn: (params: QuantityChange) => request({ type: 'order.change', params }),
  })
  const pending = useMutationState({
    filters: { mutationKey, status: 'pending' },
    select: ({ state }) => state.variables as QuantityChange,
  })
  const rows = orders.map(order => {
    const changes = pending.filter(({ id }) => id === order.id)
    return { ...order, quantity: changes.at(-1)?.quantity ?? order.quantity, isPending: changes.length > 0 }
  })
  return { rows, change, error, status, isFetching }
}
