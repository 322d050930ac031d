// #region list
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'

export interface Post {
  id: number
  text: string
}

/** The newest posts first. With `before`, only those with a smaller id. */
async function fetchPosts(before: number | null): Promise<Post[]> {
  const response = await fetch(before === null ? '/posts' : `/posts?before=${before}`)
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as Post[]
}

export const postsQuery = infiniteQueryOptions({
  queryKey: ['posts'],
  queryFn: ({ pageParam }) => fetchPosts(pageParam),
  initialPageParam: null as number | null,
  getNextPageParam: page => page.at(-1)?.id,
  staleTime: Infinity,
})

export function Posts() {
  const { data, fetchNextPage, hasNextPage } = useInfiniteQuery(postsQuery)
  return (
    <>
      <NewPosts />
      <ul>
        {data?.pages.flat().map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      <button disabled={!hasNextPage} onClick={() => void fetchNextPage()}>
        Older
      </button>
    </>
  )
}
// #endregion list

// #region socket
import { patch, remove, socketOptions } from 'react-query-realtime'
import { z } from 'zod'

const post = z.object({ id: z.number(), text: z.string() })

export const blog = socketOptions({
  url: '/socket',
  messages: { 'post.changed': post, 'post.removed': z.number(), 'post.created': post },
  on: {
    'post.changed': ({ response }, cache) => cache.setQueriesData(['posts'], patch(response, { by: 'id' })),
    'post.removed': ({ response }, cache) => cache.setQueriesData(['posts'], remove(response, { by: 'id' })),
    // Do not move the rows that someone is reading. Only remember the id of the newest post.
    'post.created': ({ response }, cache) => cache.setQueryData(['newest-post'], response.id),
  },
  liveQueries: [['posts']],
})
// #endregion socket

// #region new
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSocket } from 'react-query-realtime'

function NewPosts() {
  useSocket(blog)
  const queryClient = useQueryClient()
  const { data: newest = 0 } = useQuery<number>({ queryKey: ['newest-post'], queryFn: skipToken })
  const { data: shown = Infinity } = useInfiniteQuery({
    ...postsQuery,
    select: ({ pages }) => pages[0]?.[0]?.id ?? 0,
  })
  if (newest <= shown) return null
  return <button onClick={() => void queryClient.resetQueries(postsQuery)}>Show new posts</button>
}
// #endregion new
