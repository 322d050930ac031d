import { type UIEvent, useState } from 'react'
import { SYMBOLS } from './symbols.ts'

/** In px. */
export const ROW_HEIGHT = 32
export const LIST_HEIGHT = 12 * ROW_HEIGHT
export const COLUMNS = 5

/** The symbols that a scrolling list shows, and how to place them. */
export function useShownSymbols() {
  const [scrollTop, setScrollTop] = useState(0)
  const first = Math.floor(scrollTop / ROW_HEIGHT)
  const end = Math.ceil((scrollTop + LIST_HEIGHT) / ROW_HEIGHT)
  return {
    shown: SYMBOLS.slice(first * COLUMNS, end * COLUMNS),
    /** What is left out above (px). */
    above: first * ROW_HEIGHT,
    onScroll: ({ currentTarget }: UIEvent<HTMLElement>) => setScrollTop(currentTarget.scrollTop),
  }
}
