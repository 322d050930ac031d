import { screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  append,
  type ServerEventsOptions,
  type ServerEventsResult,
  useServerEvents,
} from 'react-query-realtime'
import { expect, test } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'

const open = setUpRealtime()

function Light({
  options,
  take,
}: {
  options: ServerEventsOptions
  take?: (result: ServerEventsResult) => void
}) {
  const result = useServerEvents(options)
  useEffect(() => {
    take?.(result)
  })
  return <i role="status">{result.status}</i>
}

const isShown = (status: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(status))

async function openEvents(more: Partial<ServerEventsOptions> = {}, path = '/events') {
  const page = await open()
  let result!: ServerEventsResult
  const options: ServerEventsOptions = {
    url: page.at(path),
    on: { note: ({ response }, cache) => cache.setQueryData(['notes'], append(response)) },
    ...more,
  }
  page.render(<Light options={options} take={given => (result = given)} />)
  await isShown('open')
  const has = (notes: unknown[]) =>
    waitFor(() => expect(page.queryClient.getQueryData(['notes'])).toEqual(notes))
  return { ...page, result: () => result, has }
}

test('opens one stream under StrictMode, and delivers events to the handler of their type', async () => {
  const page = await openEvents()
  await page.publish('note', null, 'one')
  await page.has(['one'])
  expect((await page.clients()).opened.events).toBe(1)
})

test('resumes after a drop with the last event id: nothing is missed, delivered twice or refetched', async () => {
  const page = await openEvents()
  await page.publish('note', null, 1)
  await page.has([1])
  const before = page.result().lastEventId
  await page.fault('down', { ms: 300 })
  for (const n of [2, 3]) await page.publish('note', null, n)
  await page.has([1, 2, 3])
  expect(page.result().lastEventId).not.toBe(before)
  expect(page.events.filter(({ kind }) => kind === 'gap')).toEqual([])
})

test('a message that reports a lost history is a gap', async () => {
  const page = await openEvents({
    recovery: {
      cursor: () => undefined,
      attach: request => request,
      resumed: ({ type }) => (type === 'reset' ? false : undefined),
    },
  })
  await page.publish('note', null, 1)
  await page.has([1])
  await page.fault('forget')
  await page.fault('kill')
  await waitFor(() => {
    expect(page.events).toContainEqual(
      expect.objectContaining({ kind: 'gap', cause: 'refused', keys: [['notes']] }),
    )
  })
})

test('sends a POST with a body and headers, and opens another stream for another body', async () => {
  const page = await open()
  const url = page.at('/events')
  const seen: RequestInit[] = []
  const spy: typeof fetch = (input, init) => {
    seen.push(init ?? {})
    return fetch(input, init)
  }
  const view = page.render(null)
  view.unmount()
  const other = await open({ fetch: (input, init) => spy(input, init) })
  const shown = (query: string) => (
    <Light options={{ url, method: 'POST', body: { query }, headers: { 'X-Tenant': 'a' } }} />
  )
  const { rerender } = other.render(shown('a'))
  await isShown('open')
  expect(seen[0]).toMatchObject({ method: 'POST', body: '{"query":"a"}' })
  expect(seen[0]?.headers).toMatchObject({ 'X-Tenant': 'a', 'Content-Type': 'application/json' })
  rerender(shown('b'))
  await waitFor(() => expect(seen.at(-1)?.body).toBe('{"query":"b"}'))
})

test('reopens a silent stream after silenceTimeout', async () => {
  const page = await openEvents({ silenceTimeout: 200 }, '/events?comment=50')
  await page.fault('freeze')
  await isShown('reconnecting')
  await page.fault('thaw')
  await isShown('open')
})

test('reports an HTML page instead of a stream, writes nothing and retries', async () => {
  const page = await openEvents()
  await page.fault('garbage', { kind: 'html', count: 1 })
  await page.fault('kill')
  await waitFor(() => {
    expect(page.events).toContainEqual(
      expect.objectContaining({
        kind: 'retry',
        error: expect.objectContaining({ failureKind: 'content-type' }),
      }),
    )
  })
  await isShown('open')
  expect(page.queryClient.getQueryCache().getAll()).toEqual([])
})

test('fetches one fresh token after a 401, and sends it in the Authorization header', async () => {
  const page = await open()
  const tokens: string[] = []
  const asked: string[] = []
  const options: ServerEventsOptions = {
    url: page.at('/events?auth=required'),
    getToken: async ({ reason }) => {
      asked.push(reason)
      if (reason === 'refused' || tokens.length === 0) {
        tokens.push(((await page.post('/token', { ttl: 60_000 })) as { token: string }).token)
      }
      return tokens.at(-1) ?? null
    },
  }
  page.render(<Light options={options} />)
  await isShown('open')
  await page.fault('expire-token')
  await waitFor(() => expect(tokens).toHaveLength(2))
  await isShown('open')
  expect(asked.filter(reason => reason === 'refused')).toHaveLength(1)
})
