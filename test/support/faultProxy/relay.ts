import type { BreakAct } from './rules.ts'

/** Something that passes through the proxy now. */
export interface Relay {
  breakOff(act: BreakAct): void
  destroy(): void
}
