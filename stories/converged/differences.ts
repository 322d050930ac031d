import type { Order } from '../orders/orders.ts'

/** An order that a cache and the server do not agree about. `undefined`: not there. */
export interface Difference {
  readonly id: string
  readonly cached: Order | undefined
  readonly held: Order | undefined
}

const FIELDS = ['id', 'item', 'quantity', 'status', 'version'] as const

/** The orders that are not in the cache as the server holds them. */
export function differences(cached: readonly Order[], held: readonly Order[]): readonly Difference[] {
  const inCache = new Map(cached.map(order => [order.id, order]))
  const onServer = new Map(held.map(order => [order.id, order]))
  return [...new Set([...onServer.keys(), ...inCache.keys()])]
    .map(id => ({ id, cached: inCache.get(id), held: onServer.get(id) }))
    .filter(({ cached: one, held: other }) => FIELDS.some(field => one?.[field] !== other?.[field]))
}

/** How many updates of the server are missing in the cache for this difference; of an order that has ended, its end. */
export function missingUpdates({ cached, held }: Difference): number {
  if (!held) return 1
  return held.version - (cached?.version ?? 0)
}
