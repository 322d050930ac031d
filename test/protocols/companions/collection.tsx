import { createCollection } from '@tanstack/db'
import { queryCollectionOptions } from '@tanstack/query-db-collection'
import { eq, useLiveQuery } from '@tanstack/react-db'
import type { QueryClient } from '@tanstack/react-query'
import { remove, socketOptions, upsert } from 'react-query-realtime'
import { z } from 'zod'

const todo = z.object({ id: z.number(), text: z.string(), done: z.boolean() })

export const createTodos = (url: string, queryClient: QueryClient) =>
  createCollection(
    queryCollectionOptions({
      queryKey: ['todos'],
      queryFn: async () => {
        const response = await fetch(url)
        if (!response.ok) throw new Error(`HTTP ${response.status}`)
        return (await response.json()) as z.infer<typeof todo>[]
      },
      queryClient,
      getKey: ({ id }) => id,
      staleTime: Infinity,
    }),
  )

/** Changes the data of the collection's query. */
export const todoSocket = (url: string) =>
  socketOptions({
    url,
    messages: { 'todo.changed': todo, 'todo.removed': z.number() },
    on: {
      'todo.changed': ({ response }, cache) => cache.setQueryData(['todos'], upsert(response, { by: 'id' })),
      'todo.removed': ({ response }, cache) => cache.setQueryData(['todos'], remove(response, { by: 'id' })),
    },
    liveQueries: [['todos']],
  })

export function OpenTodos({ todos }: { todos: ReturnType<typeof createTodos> }) {
  const { data } = useLiveQuery({
    queryKey: ['open-todos'],
    query: query => query.from({ todo: todos }).where(({ todo }) => eq(todo.done, false)),
  })
  return (
    <ul aria-label="todos">
      {data.map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ul>
  )
}
