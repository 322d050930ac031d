import type { Order } from '../orders/orders.ts'

/** An order that differs between cache and server. `undefined` means missing. */
export interface Difference {
  readonly id: string
  readonly cached: Order | undefined
  readonly held: Order | undefined
}

const FIELDS = ['id', 'item', 'quantity', 'status', 'version'] as const

/** Returns the orders that differ between cache and server. */
export function differences(cached: readonly Order[], held: readonly Order[]): readonly Difference[] {
  const inCache = new Map(cached.map(order => [order.id, order]))
  const onServer = new Map(held.map(order => [order.id, order]))
  return [...new Set([...onServer.keys(), ...inCache.keys()])]
    .map(id => ({ id, cached: inCache.get(id), held: onServer.get(id) }))
    .filter(({ cached: one, held: other }) => FIELDS.some(field => one?.[field] !== other?.[field]))
}

/** Counts the updates that the cache is missing. A missed removal counts as one. */
export function missingUpdates({ cached, held }: Difference): number {
  if (!held) return 1
  return held.version - (cached?.version ?? 0)
}
