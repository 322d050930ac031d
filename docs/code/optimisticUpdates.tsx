// #region socket
import { type CacheWriter, socketOptions, upsert } from 'react-query-realtime'
import { z } from 'zod'

const order = z.object({ id: z.string(), item: z.string(), quantity: z.number() })
export type Order = z.infer<typeof order>

const put = ({ response }: { response: Order }, cache: CacheWriter) => {
  cache.setQueryData(['orders'], upsert(response, { by: 'id' }))
}

export const shop = socketOptions({
  url: '/socket',
  messages: { 'order.change': order, 'order.changed': order },
  on: {
    'order.change': put, // the reply to our own request
    'order.changed': put, // the push, for everyone
  },
  liveQueries: [['orders']],
})
// #endregion socket

// #region change
import { useMutation } from '@tanstack/react-query'
import { useSocket } from 'react-query-realtime'

export function OrderRow({ order }: { order: Order }) {
  const { request } = useSocket(shop)
  const change = useMutation({
    mutationFn: (quantity: number) => request({ type: 'order.change', params: { ...order, quantity } }),
  })
  const quantity = change.isPending ? change.variables : order.quantity
  return (
    <li aria-busy={change.isPending}>
      {`${quantity} × ${order.item}`}
      <button onClick={() => change.mutate(quantity + 1)}>One more</button>
      {change.isError && <b role="alert">Not changed</b>}
    </li>
  )
}
// #endregion change

// #region add
import { useMutationState, useQueryClient } from '@tanstack/react-query'

const ADD_ORDER = ['add-order']

async function postOrder(added: Order) {
  const response = await fetch('/orders', { method: 'POST', body: JSON.stringify(added) })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
}

export function AddOrder({ item, quantity = 1 }: { item: string; quantity?: number }) {
  const queryClient = useQueryClient()
  const add = useMutation({
    mutationKey: ADD_ORDER,
    mutationFn: postOrder,
    // The returned promise keeps the mutation pending until the list contains the new row.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['orders'] }),
  })
  const addOne = () => add.mutate({ id: crypto.randomUUID(), item, quantity })
  return (
    <>
      <button onClick={addOne}>{`Add ${item}`}</button>
      {add.isError && <b role="alert">Not added</b>}
    </>
  )
}
// #endregion add

// #region list
import { useQuery } from '@tanstack/react-query'

async function fetchOrders() {
  const response = await fetch('/orders')
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as Order[]
}

export function Orders() {
  useSocket(shop)
  const { data: orders = [] } = useQuery({ queryKey: ['orders'], queryFn: fetchOrders })
  const added = useMutationState({
    filters: { mutationKey: ADD_ORDER, status: 'pending' },
    select: ({ state }) => state.variables as Order,
  })
  // A push may add the row before the response arrives. Do not show it twice.
  const pending = added.filter(({ id }) => !orders.some(order => order.id === id))
  return (
    <ul>
      {orders.map(order => (
        <OrderRow key={order.id} order={order} />
      ))}
      {pending.map(({ id, item, quantity }) => (
        <li key={id} aria-busy>{`${quantity} × ${item}`}</li>
      ))}
    </ul>
  )
}
// #endregion list
