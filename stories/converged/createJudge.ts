import type { Order } from '../orders/orders.ts'
import type { Side } from './createSide.ts'
import { type Difference, differences, missingUpdates } from './differences.ts'
import type { Snapshot } from './orders.ts'
import { type Both, forBoth } from './sides.ts'

/** The final comparison of a cache with the server. */
export interface Verdict {
  /** Whether the orders equal the server's, in the same order, and each change was counted once. */
  readonly isEqual: boolean
  readonly differing: readonly Difference[]
  /** Updates that are missing in the cache. */
  readonly lost: number
  /** Changes that the cache has counted, and changes on the server. */
  readonly counted: number
  readonly made: number
}

/** Compares both caches with the server. */
export function createJudge(sides: Both<Side>) {
  const former = new Map<Side, ReadonlySet<string>>()

  function lasting(side: Side, held: readonly Order[]): readonly Difference[] {
    const differing = differences(side.orders(), held)
    const before = former.get(side)
    former.set(side, new Set(differing.map(({ id }) => id)))
    return differing.filter(({ id }) => before?.has(id))
  }

  return {
    /** Differences that lasted for two looks. Younger ones may still be in flight. */
    look: (held: readonly Order[]): Both<readonly Difference[]> =>
      forBoth(name => lasting(sides[name], held)),
    decide: (held: Snapshot): Both<Verdict> => forBoth(name => decide(sides[name], held)),
  }
}

function decide(side: Side, { orders, changes: made }: Snapshot): Verdict {
  const cached = side.orders()
  const differing = differences(cached, orders)
  const isInOrder = cached.every(({ id }, index) => id === orders[index]?.id)
  const missing = differing.reduce((sum, one) => sum + missingUpdates(one), 0)
  const counted = side.changes()
  return {
    isEqual: differing.length === 0 && isInOrder && counted === made,
    differing,
    lost: Math.max(missing, made - counted),
    counted,
    made,
  }
}
