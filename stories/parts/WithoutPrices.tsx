import { useEffect } from 'react'
import { useDemo } from './DemoContext.ts'

/** Stops the price feed of the channel. */
export function WithoutPrices() {
  const demo = useDemo()
  useEffect(() => {
    void demo.post('/feed', { rate: 0, symbols: [] })
  }, [demo])
  return null
}
