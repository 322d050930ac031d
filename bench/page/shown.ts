import type { Row } from '../protocol.ts'

interface Shown {
  /** The list. */
  rows: readonly Row[]
  /** How often what was polled was rendered. */
  pollRenders: number
}

/** What the contender last showed. */
export const shown: Shown = { rows: [], pollRenders: 0 }
