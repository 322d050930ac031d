import type { SubmitEvent } from 'react'
import { Button } from '../parts/Button.tsx'

interface OrderFormProps {
  readonly isPending: boolean
  readonly onCreate: (item: string, quantity: number) => void
}

/** A form for a new order. */
export function OrderForm({ isPending, onCreate }: OrderFormProps) {
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    onCreate(textOf(fields, 'item'), Number(textOf(fields, 'quantity')))
  }
  return (
    <form className="orders-form" onSubmit={submit}>
      <label className="field">
        Item
        <input name="item" required maxLength={60} autoComplete="off" />
      </label>
      <label className="field">
        Quantity
        <input name="quantity" type="number" required min={1} max={1_000} defaultValue={1} />
      </label>
      <Button type="submit" look="primary" disabled={isPending}>
        {isPending ? 'Ordering …' : 'Order'}
      </Button>
    </form>
  )
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
