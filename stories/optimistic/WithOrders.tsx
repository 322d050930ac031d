import { type ReactNode, useEffect, useState } from 'react'
import { useDemo } from '../parts/DemoContext.ts'

const ITEMS = ['tea', 'cake', 'milk', 'bread', 'rice', 'figs', 'nuts', 'oats'] as const

/** Creates one order per item, then renders its children. */
export function WithOrders({ children }: { readonly children: ReactNode }) {
  const demo = useDemo()
  const [isReady, setReady] = useState(false)
  useEffect(() => {
    // A known id creates no second order.
    const order = async () => {
      for (const item of ITEMS) await demo.post('/orders', { id: item, item, quantity: 1 })
      setReady(true)
    }
    void order()
  }, [demo])
  return isReady && children
}
