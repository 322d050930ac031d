import type { Random } from './createRandom.ts'
import type { Creation, Deed } from './deeds.ts'

export type Shop = ReturnType<typeof createShop>

const ITEMS = 'tea cake milk bread salt rice soap figs nuts wine oats beans plums soup eggs corn'.split(' ')
/** Few enough for a table. */
const MOST = 9
const LEAST = 5

/** Tracks the orders while a run is planned. */
export function createShop(random: Random) {
  const orders = new Map<string, { readonly item: string; readonly quantity: number }>()
  let count = 0
  /** The order that has not changed for longest. */
  const oldest = () => [...orders.keys()][0] ?? ''
  const any = () => [...orders.keys()][random.whole(0, orders.size - 1)] ?? ''

  function start(): Creation {
    count += 1
    const id = `order-${count}`
    const taken = new Set([...orders.values()].map(({ item }) => item))
    const free = ITEMS.filter(item => !taken.has(item))
    const order = { item: free[count % free.length] ?? '', quantity: random.whole(1, 9) }
    orders.set(id, order)
    return { do: 'create', id, ...order }
  }

  function changeOf(id: string): Deed {
    const { item = '', quantity: former = 0 } = orders.get(id) ?? {}
    const quantity = (former % 9) + 1
    orders.delete(id)
    orders.set(id, { item, quantity })
    return { do: 'change', id, quantity }
  }

  function removeOf(id: string): Deed {
    orders.delete(id)
    return { do: 'remove', id }
  }

  return {
    start,
    create: (): Deed => (orders.size < MOST ? start() : removeOf(oldest())),
    change: (): Deed => changeOf(any()),
    /** Changes the oldest order, so that no later change repairs a lost update. */
    changeOldest: (): Deed => changeOf(oldest()),
    cancel: (): Deed => ({ do: 'cancel', id: any() }),
    remove: (): Deed => (orders.size > LEAST ? removeOf(any()) : start()),
  }
}
