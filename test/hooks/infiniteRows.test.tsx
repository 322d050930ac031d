import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import { memo } from 'react'
import {
  append,
  patch,
  RealtimeProvider,
  remove,
  socketOptions,
  upsert,
  useSocket,
} from 'react-query-realtime'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'

const row = z.object({ id: z.number(), text: z.string() })
type Row = z.infer<typeof row>
interface Page {
  items: Row[]
  next: number | null
}

const PAGES = 3
const PER_PAGE = 4
const options = { by: 'id', list: 'items' } as const
const rowOf = (id: number): Row => ({ id, text: `row ${id}` })

/** A list of three pages, whose rows and pages are memoised, and a socket that pushes changes of it. */
async function openList() {
  const { url, requests } = await startServer((response, request) => {
    const first = Number(new URL(request.url!, 'http://127.0.0.1').searchParams.get('from'))
    const items = Array.from({ length: PER_PAGE }, (_, index) => rowOf(first + index))
    response.end(JSON.stringify({ items, next: first + PER_PAGE } satisfies Page))
  })
  const server = await startSocketServer()
  const socket = socketOptions({
    url: server.url,
    messages: { appended: row, upserted: row, patched: row, removed: z.number() },
    on: {
      appended: ({ response }, cache) => cache.setQueriesData(['rows'], append(response, options)),
      upserted: ({ response }, cache) => cache.setQueriesData(['rows'], upsert(response, options)),
      patched: ({ response }, cache) => cache.setQueriesData(['rows'], patch(response, options)),
      removed: ({ response }, cache) => cache.setQueriesData(['rows'], remove(response, options)),
    },
    liveQueries: [['rows']],
  })
  let rendered: string[] = []
  const Item = memo(function Item({ item }: { item: Row }) {
    rendered.push(`row ${item.id}`)
    return <li>{item.text}</li>
  })
  const List = memo(function List({ page, index }: { page: Page; index: number }) {
    rendered.push(`page ${index}`)
    return page.items.map(item => <Item key={item.id} item={item} />)
  })
  function Pages() {
    const { data, fetchNextPage } = useInfiniteQuery({
      queryKey: ['rows'],
      queryFn: async ({ pageParam }) => (await (await fetch(`${url}?from=${pageParam}`)).json()) as Page,
      initialPageParam: 0,
      getNextPageParam: ({ next }) => next,
      staleTime: Infinity,
    })
    return (
      <>
        <button onClick={() => void fetchNextPage()} />
        {data?.pages.map((page, index) => (
          <List key={index} page={page} index={index} />
        ))}
      </>
    )
  }
  // What is fetched before the connection opens is fetched again when it opens.
  const App = () => (useSocket(socket).status === 'open' ? <Pages /> : null)
  const queryClient = new QueryClient()
  onTestFinished(() => queryClient.clear())
  render(
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider>
        <App />
      </RealtimeProvider>
    </QueryClientProvider>,
  )
  const texts = () => screen.queryAllByRole('listitem').map(({ textContent }) => textContent)
  for (let page = 1; page <= PAGES; page++) {
    await waitFor(() => expect(texts()).toHaveLength(page * PER_PAGE), { timeout: 8_000 })
    if (page < PAGES) screen.getByRole('button').click()
  }
  return {
    texts,
    requests,
    /** What a push renders again, once `text` is shown or no longer shown. */
    async push(type: string, response: unknown, isDone: () => boolean) {
      rendered = []
      server.sockets[0]!.send(JSON.stringify({ type, response }))
      await waitFor(() => expect(isDone()).toBe(true), { timeout: 8_000 })
      return rendered
    },
  }
}

test('a push to an infinite list renders its page and its row again, and no other row', async () => {
  const { texts, push, requests } = await openList()
  const shows = (text: string) => () => texts().includes(text)
  const lacks = (text: string) => () => !texts().includes(text)
  const last = PAGES - 1
  expect(await push('patched', { id: 5, text: 'patched' }, shows('patched'))).toEqual(['page 1', 'row 5'])
  expect(await push('upserted', { id: 6, text: 'replaced' }, shows('replaced'))).toEqual(['page 1', 'row 6'])
  expect(await push('upserted', { id: 98, text: 'added' }, shows('added'))).toEqual([
    `page ${last}`,
    'row 98',
  ])
  expect(await push('appended', { id: 99, text: 'new' }, shows('new'))).toEqual([`page ${last}`, 'row 99'])
  expect(await push('removed', 1, lacks('row 1'))).toEqual(['page 0'])
  expect(requests).toHaveLength(PAGES)
})
