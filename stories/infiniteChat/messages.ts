import { type InfiniteData, infiniteQueryOptions } from '@tanstack/react-query'
import { append, remove, socketOptions } from 'react-query-realtime'
import { z } from 'zod'
import type { Demo } from '../parts/demo.ts'
import { marketRecovery } from '../parts/market.ts'

const messageSchema = z.object({
  id: z.number(),
  room: z.string(),
  author: z.string(),
  text: z.string(),
  at: z.number(),
})
export type ChatMessage = z.infer<typeof messageSchema>

const pageSchema = z.object({
  epoch: z.string(),
  seq: z.number(),
  items: z.array(messageSchema),
  older: z.number().nullable(),
  newer: z.number().nullable(),
})
type Page = z.infer<typeof pageSchema>
type Pages = InfiniteData<Page>

/** The position in the server's log up to which all pages are complete. */
function positionOf({ pages }: Pages) {
  const epoch = pages[0]?.epoch
  if (epoch === undefined || pages.some(page => page.epoch !== epoch)) return undefined
  return { epoch, seq: Math.min(...pages.map(({ seq }) => seq)) }
}

/** Which messages a list shows. */
export type Filter = readonly ['all'] | readonly ['room' | 'author', string]

type PageParam = { before: number } | { after: number } | null

/** A list of messages, the oldest first. It starts at the newest page and grows at the front. */
export function messagesQuery(demo: Demo, filter: Filter) {
  const [by, value] = filter
  return infiniteQueryOptions({
    queryKey: ['messages', ...filter],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...(value !== undefined && { [by]: value }), ...pageParam }
      const response = await fetch(demo.url('/messages', query), { signal })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      return pageSchema.parse(await response.json())
    },
    initialPageParam: null as PageParam,
    getPreviousPageParam: ({ older }: Page) => (older === null ? null : { before: older }),
    // For refetches: TanStack Query starts at the oldest loaded page and goes on from there.
    getNextPageParam: ({ newer }: Page) => (newer === null ? null : { after: newer }),
    staleTime: Infinity,
  })
}

export const chatSocket = (url: string) =>
  socketOptions({
    url,
    recovery: marketRecovery,
    messages: {
      'message.post': {
        params: messageSchema.pick({ room: true, author: true, text: true }),
        response: messageSchema,
      },
      'message.remove': {
        params: z.object({ id: z.number() }),
        response: z.object({ id: z.number() }),
      },
      'message.posted': messageSchema,
      'message.removed': { params: z.object({ id: z.number() }), response: z.object({ id: z.number() }) },
    },
    on: {
      // A new message belongs to the lists whose filter it fits. Lists that are not loaded stay so.
      'message.posted': ({ response }, cache) => {
        const { room, author } = response
        for (const filter of [['all'], ['room', room], ['author', author]])
          cache.setQueriesData<Pages>(['messages', ...filter], append(response, { by: 'id', list: 'items' }))
      },
      // One prefix for all filters: a removed message goes from every list.
      'message.removed': ({ response }, cache) =>
        cache.setQueriesData<Pages>(['messages'], remove(response.id, { by: 'id', list: 'items' })),
    },
    // With a position, a list that was off screen is not fetched again: the socket has kept it complete.
    liveQueries: [{ queryKey: ['messages'], position: positionOf }],
  })
