import { useEffect } from 'react'
import { useDemo } from '../parts/DemoContext.ts'

/** Stops the price feed of the channel, which has no place in a story of orders. */
export function WithoutPrices() {
  const demo = useDemo()
  useEffect(() => {
    void demo.post('/feed', { rate: 0, symbols: [] })
  }, [demo])
  return null
}
