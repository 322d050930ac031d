import type { Row } from '../protocol.ts'

interface Shown {
  /** Why the contender is not what it should be. */
  failure: string | null
  /** The list. */
  rows: readonly Row[]
  /** How often what was polled was rendered. */
  pollRenders: number
}

/** What the contender last showed. */
export const shown: Shown = { failure: null, rows: [], pollRenders: 0 }
