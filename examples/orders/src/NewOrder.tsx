import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Order } from '../shared/order.ts'
import { createOrder, orderKeys } from './orderQueries.ts'

export function NewOrder({ onCreated }: { onCreated: (order: Order) => void }) {
  const queryClient = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: createOrder,
    onSuccess: order => {
      // An event may have brought a newer state before this response.
      queryClient.setQueryData<Order>(orderKeys.detail(order.id), current => current ?? order)
      onCreated(order)
      // The event does this as well. Here it also works while the stream is reconnecting.
      return queryClient.invalidateQueries({ queryKey: orderKeys.pages })
    },
  })

  function submit(form: FormData) {
    mutate({ item: String(form.get('item')), quantity: Number(form.get('quantity')) })
  }

  return (
    <form className="card" action={submit}>
      <label>
        Item <input name="item" required maxLength={40} placeholder="Green tea" />
      </label>
      <label>
        Quantity <input name="quantity" type="number" required min={1} max={100} defaultValue={1} />
      </label>
      <button disabled={isPending}>Create order</button>
      {error && <p role="alert">{error.message}</p>}
    </form>
  )
}
