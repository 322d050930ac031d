import type { Order } from '../orders/orders.ts'
import type { Side } from './createSide.ts'
import { type Difference, differences, missingUpdates } from './differences.ts'
import type { OrderBook } from './orders.ts'

/** How a cache compares with the server when all is quiet. */
export interface Verdict {
  readonly differing: readonly Difference[]
  /** Updates of the server that are not in the cache. */
  readonly lost: number
  /** How many changes the cache has counted, and how many there were. */
  readonly counted: number
  readonly made: number
}

type Both<Item> = readonly [library: Item, glue: Item]

/** Compares both caches with the server. */
export function createJudge([library, glue]: Both<Side>) {
  const former = new Map<Side, ReadonlySet<string>>()

  function lasting(side: Side, held: readonly Order[]): readonly Difference[] {
    const differing = compare(side, held)
    const before = former.get(side)
    former.set(side, new Set(differing.map(({ id }) => id)))
    return differing.filter(({ id }) => before?.has(id))
  }

  return {
    /** What differs, less what did not at the look before: that may still be under way. */
    look: (held: readonly Order[]): Both<readonly Difference[]> => [
      lasting(library, held),
      lasting(glue, held),
    ],
    decide: (held: OrderBook): Both<Verdict> => [decide(library, held), decide(glue, held)],
  }
}

function decide(side: Side, { orders, changes }: OrderBook): Verdict {
  const differing = compare(side, orders)
  return {
    differing,
    lost: differing.reduce((sum, one) => sum + missingUpdates(one), 0),
    counted: side.book()?.changes ?? 0,
    made: changes,
  }
}

/** Where both queries of a side differ about an order, the one that is further behind. */
function compare(side: Side, held: readonly Order[]): readonly Difference[] {
  const worst = new Map<string, Difference>()
  for (const one of [...differences(side.orders(), held), ...differences(side.book()?.orders ?? [], held)]) {
    const other = worst.get(one.id)
    if (!other || missingUpdates(other) < missingUpdates(one)) worst.set(one.id, one)
  }
  return [...worst.values()]
}
