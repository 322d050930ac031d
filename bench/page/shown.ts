import type { Row } from '../protocol.ts'

/** The list as the contender last showed it. */
export const shown: { rows: readonly Row[] } = { rows: [] }
