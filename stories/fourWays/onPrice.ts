import type { Message } from 'react-query-realtime'
import type { Quote } from '../parts/market.ts'
import { SYMBOL } from './ways.ts'

/** Creates an `onMessage` that reports prices of our symbol. */
export function onPrice(arrived: (at: number) => void) {
  return ({ type, params, response }: Message): void => {
    if (type !== 'price' || (params as { symbol: string }).symbol !== SYMBOL) return
    arrived((response as Quote).at)
  }
}
