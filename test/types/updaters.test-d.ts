import { type InfiniteData, infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import { expectTypeOf } from 'vitest'
import { append, type CacheWriter, idempotent, patch, remove, upsert } from 'react-query-realtime'

interface Order {
  id: string
  quantity: number
  state: 'open' | 'done'
  note?: string
}

declare const order: Order
declare const unknownRow: unknown
declare const cache: CacheWriter
const client = new QueryClient()
const orders = queryOptions({ queryKey: ['orders'], queryFn: () => [order] })
const single = queryOptions({ queryKey: ['order', '1'], queryFn: () => order })

// Updaters fit TanStack's `setQueryData` with a data type, for mutable and readonly lists.
client.setQueryData<Order[]>(['orders'], append(order, { by: 'id' }))
client.setQueryData<Order[]>(['orders'], append([order]))
// Where the query's type is unknown, rows are those of the argument, be it one or many.
expectTypeOf(append([order], { by: 'id' }))
  .parameter(0)
  .toEqualTypeOf<readonly unknown[] | undefined>()
client.setQueryData<Order[]>(['orders'], upsert(order, { by: 'id', max: 5 }))
client.setQueryData<Order[]>(['orders'], upsert({ id: '1', quantity: 1, state: 'open' }, { by: 'id' }))
client.setQueryData<Order[]>(['orders'], remove('1', { by: 'id' }))
client.setQueryData<Order[]>(['orders'], patch({ id: '1', quantity: 2 }, { by: 'id' }))
client.setQueryData<Order[]>(['orders'], idempotent(append(order)))
client.setQueryData<readonly Order[]>(['orders'], upsert(order, { by: 'id' }))
client.setQueryData<readonly Order[]>(['orders'], remove('1', { by: 'id' }))
client.setQueryData<Order>(['order', '1'], patch({ quantity: 2 }))
client.setQueryData<Order>(['order', '1'], patch<Order>({ quantity: 2 }))

// They fit a key that carries its data's type.
client.setQueryData(orders.queryKey, append(order))
client.setQueryData(orders.queryKey, upsert(order, { by: 'id' }))
client.setQueryData(orders.queryKey, remove('1', { by: 'id' }))
client.setQueryData(orders.queryKey, patch({ id: '1', state: 'done' }, { by: 'id' }))
client.setQueryData(single.queryKey, patch({ quantity: 2 }))

// They fit a key of unknown data, with any name in `by`.
client.setQueryData(['orders'], append(order))
client.setQueryData(['orders'], remove('1', { by: 'id' }))
client.setQueryData(['orders'], patch({ id: '1', quantity: 2 }, { by: 'id' }))
client.setQueryData(['order', '1'], patch({ quantity: 2 }))

// The cache of a handler takes the same.
cache.setQueryData(['orders'], remove('1', { by: 'id' }))
cache.setQueryData(['orders'], upsert(unknownRow, { by: 'id' }))
cache.setQueryData<Order[]>(['orders'], upsert(order, { by: 'id' }))
cache.setQueryData(orders.queryKey, upsert(order, { by: 'id' }))
cache.setQueryData(orders.queryKey, list => {
  expectTypeOf(list).toEqualTypeOf<Order[] | undefined>()
  return list
})
// @ts-expect-error the key's data is a list of orders
cache.setQueryData(orders.queryKey, upsert({ name: 'a' }, { by: 'name' }))

// `patch` checks its fields against the data.
patch<Order>({ quantity: 1 })
// @ts-expect-error a quantity is a number
patch<Order>({ quantity: '1' })
// @ts-expect-error an order has no `quantty`
patch<Order>({ quantty: 1 })
// @ts-expect-error an order has no `quantty`
client.setQueryData<Order>(['order', '1'], patch({ quantty: 1 }))
// @ts-expect-error an order has no `quantty`
client.setQueryData(single.queryKey, patch({ quantty: 1 }))
// @ts-expect-error an order has no `name`
patch<Order>({ id: '1' }, { by: 'name' })

// Rows of another type do not fit.
// @ts-expect-error the state is misspelt
client.setQueryData<Order[]>(['orders'], upsert({ id: '1', quantity: 1, state: 'opn' }, { by: 'id' }))
// @ts-expect-error a row without a quantity is no order
client.setQueryData(orders.queryKey, append({ id: '1', state: 'open' as const }))
// @ts-expect-error an order has no `name`
client.setQueryData<Order[]>(['orders'], remove('1', { by: 'name' }))
// @ts-expect-error an order has no `name`
client.setQueryData(orders.queryKey, remove('1', { by: 'name' }))
// @ts-expect-error an order has no `name`
append<Order>(order, { by: 'name' })

// Pages, and objects that hold the rows.
interface Page {
  items: Order[]
  tags: string[]
  next: string | null
}

declare const page: Page
const by = 'id'
const pages = infiniteQueryOptions({
  queryKey: ['pages'],
  queryFn: () => page,
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
})
const lists = infiniteQueryOptions({
  queryKey: ['lists'],
  queryFn: () => [order],
  initialPageParam: 0,
  getNextPageParam: () => 1,
})

client.setQueryData<InfiniteData<Page>>(['pages'], append(order, { list: 'items' }))
client.setQueryData<InfiniteData<Page>>(
  ['pages'],
  append([order], { list: 'items', by, max: 9, at: 'start' }),
)
client.setQueryData<InfiniteData<Page>>(
  ['pages'],
  upsert({ id: '1', quantity: 1, state: 'open' }, { list: 'items', by }),
)
client.setQueryData<InfiniteData<Page>>(['pages'], patch({ id: '1', state: 'done' }, { list: 'items', by }))
client.setQueryData<InfiniteData<Page>>(['pages'], remove('1', { list: 'items', by }))
client.setQueryData<InfiniteData<Order[]>>(['lists'], upsert(order, { by }))
client.setQueryData<InfiniteData<Order[]>>(['lists'], remove('1', { by }))
client.setQueryData<Page>(['page'], upsert(order, { list: 'items', by }))
client.setQueryData<Page>(['page'], append('new', { list: 'tags' }))
client.setQueryData(pages.queryKey, upsert(order, { list: 'items', by }))
client.setQueryData(pages.queryKey, idempotent(remove('1', { list: 'items', by })))
client.setQueryData(pages.queryKey, patch({ id: '1', state: 'done' }, { list: 'items', by }))
client.setQueryData(lists.queryKey, append(order))
cache.setQueryData(pages.queryKey, upsert({ id: '1', quantity: 1, state: 'open' }, { list: 'items', by }))
cache.setQueryData(lists.queryKey, remove('1', { by }))
cache.setQueryData(['unknown'], upsert(unknownRow, { list: 'any', by: 'any' }))

// All queries below a key, of one or of several shapes.
cache.setQueriesData(['orders'], upsert(order, { by }))
cache.setQueriesData<InfiniteData<Page>>(['pages'], patch({ id: '1', quantity: 2 }, { list: 'items', by }))
cache.setQueriesData<Order[] | Page | InfiniteData<Page>>(['orders'], upsert(order, { list: 'items', by }))
cache.setQueriesData(pages.queryKey, data => {
  expectTypeOf(data).toEqualTypeOf<InfiniteData<Page> | undefined>()
  return data
})

// A wrong name or row is an error where the type is known.
// @ts-expect-error a page has no `item`
client.setQueryData<InfiniteData<Page>>(['pages'], append(order, { list: 'item' }))
// @ts-expect-error `next` is no list
client.setQueryData<InfiniteData<Page>>(['pages'], append(order, { list: 'next' }))
// @ts-expect-error the rows of `tags` are strings
client.setQueryData<InfiniteData<Page>>(['pages'], append(order, { list: 'tags' }))
// @ts-expect-error a page is an object, so its rows need a `list`
client.setQueryData<InfiniteData<Page>>(['pages'], append(order))
// @ts-expect-error a page is an object, so its rows need a `list`
client.setQueryData<Page>(['page'], remove('1', { by }))
// @ts-expect-error an order has no `name`
client.setQueryData<InfiniteData<Page>>(['pages'], remove('1', { list: 'items', by: 'name' }))
// @ts-expect-error the state is misspelt
client.setQueryData<InfiniteData<Page>>(['pages'], upsert({ ...order, state: 'opn' }, { list: 'items', by }))
// @ts-expect-error an order has no `quantty`
client.setQueryData(pages.queryKey, patch({ id: '1', quantty: 2 }, { list: 'items', by }))
// @ts-expect-error a page has no `item`
cache.setQueryData(pages.queryKey, remove('1', { list: 'item', by }))
// @ts-expect-error an order has no `name`
cache.setQueriesData(lists.queryKey, upsert(order, { by: 'name' }))
