import { createRandom, type Random } from './createRandom.ts'
import { createShop, type Shop } from './createShop.ts'
import type { Creation, Deed } from './deeds.ts'

/** A deed and its time (ms since the start). */
export type Step = Deed & { readonly at: number }

export interface Plan {
  /** The initial orders. */
  readonly orders: readonly Creation[]
  readonly steps: readonly Step[]
}

/** Duration of the scripted end (ms). */
const FINALE = 3_200
/** Minimum time between drops (ms). The handwritten code reconnects after a second. */
const BETWEEN_DROPS = 2_500

/** Relative frequency of each deed. */
const WEIGHTS = { change: 60, create: 9, cancel: 5, remove: 7, refetch: 12, drop: 8, lose: 3, forget: 2 }

/** Plans a run, the same for the same seed. The end contains the hardest faults. */
export function planRun({ seed, seconds }: { seed: number; seconds: number }): Plan {
  const random = createRandom(seed)
  const shop = createShop(random)
  const orders = Array.from({ length: 6 }, shop.start)
  const end = Math.max(0, seconds * 1_000 - FINALE)
  const steps: Step[] = []
  let lastDrop = -BETWEEN_DROPS
  for (let at = 100; at < end; at += random.whole(60, 200)) {
    const name = pickName(random)
    if (name === 'drop' && at - lastDrop < BETWEEN_DROPS) continue
    if (name === 'drop') lastDrop = at
    steps.push({ at, ...deed(name, random, shop) })
  }
  return { orders, steps: [...steps, ...finale(end, shop)] }
}

function pickName(random: Random): keyof typeof WEIGHTS {
  const names = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]
  let left = random.number() * Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
  return names.find(name => (left -= WEIGHTS[name]) < 0) ?? 'change'
}

function deed(name: keyof typeof WEIGHTS, random: Random, shop: Shop): Deed {
  switch (name) {
    case 'refetch':
      return {
        do: name,
        what: random.pick(['orders', 'changes', 'both']),
        respondAfter: random.whole(0, 10) * 100,
      }
    case 'lose':
      return { do: name, ms: random.whole(2, 6) * 100 }
    case 'drop':
    case 'forget':
      return { do: name }
    default:
      return shop[name]()
  }
}

/** Changes while both sockets are down, then changes that overtake the response to a refetch. */
function finale(begin: number, shop: Shop): Step[] {
  const missed = [shop.changeOldest(), shop.create(), shop.changeOldest()]
  const refetchAt = begin + 1_700
  const overtaking = Array.from({ length: 8 }, (_, index) => ({
    at: refetchAt + 100 * (index + 1),
    deed: shop.changeOldest(),
  }))
  return [
    { at: begin, do: 'drop' },
    ...missed.map(one => ({ at: begin, ...one })),
    { at: refetchAt, do: 'rejoin' },
    { at: refetchAt, do: 'refetch', what: 'orders', respondAfter: 1_000 },
    ...overtaking.map(({ at, deed }) => ({ at, ...deed })),
  ]
}
