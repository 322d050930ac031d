import { useLayoutEffect, useRef } from 'react'
import { Button } from '../parts/Button.tsx'

interface QuantityRowProps {
  readonly row: {
    readonly id: string
    readonly item: string
    readonly quantity: number
    readonly isPending: boolean
  }
  readonly onChange: (quantity: number) => void
}

/** One order, with every quantity that it has shown. */
export function QuantityRow({ row: { id, item, quantity, isPending }, onChange }: QuantityRowProps) {
  return (
    <li data-order={id} data-quantity={quantity} data-pending={isPending}>
      <span className="optimistic-item">{item}</span>
      <Button aria-label={`One ${item} less`} onClick={() => onChange(quantity - 1)}>
        −
      </Button>
      <output className="figures">{quantity}</output>
      <Button aria-label={`One ${item} more`} onClick={() => onChange(quantity + 1)}>
        +
      </Button>
      <ShownValues of={quantity} />
      <span className="quiet">{isPending && 'unconfirmed'}</span>
    </li>
  )
}

/** Every rendered value in order, so a flicker shows here. Bypasses React state, which would re-render. */
function ShownValues({ of: value }: { readonly of: number }) {
  const element = useRef<HTMLSpanElement>(null)
  const shown = useRef<number[]>([])
  useLayoutEffect(() => {
    if (shown.current.at(-1) === value) return
    shown.current.push(value)
    if (element.current) element.current.textContent = shown.current.join(' → ')
  }, [value])
  return (
    <span className="quiet">
      shown: <span ref={element} className="figures" data-shown />
    </span>
  )
}
