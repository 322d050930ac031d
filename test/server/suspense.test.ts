import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createElement as h, type FunctionComponent, type ReactNode, Suspense } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import {
  RealtimeProvider,
  socketOptions,
  useSuspensePolling,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'

/** Renders a page as a server does, and streams it to its end. */
async function stream(Content: FunctionComponent, { queryClient = new QueryClient(), baseUrl = '' } = {}) {
  const errors: Error[] = []
  const page: ReactNode = h(
    QueryClientProvider,
    { client: queryClient },
    h(
      RealtimeProvider,
      { ...(baseUrl && { baseUrl }) },
      h('main', null, 'Shell ', h(Suspense, { fallback: 'Loading…' }, h(Content))),
    ),
  )
  const output = new PassThrough()
  const { pipe } = renderToPipeableStream(page, {
    onError(error) {
      errors.push(error as Error)
      return (error as { digest?: string }).digest
    },
    onAllReady: () => pipe(output),
  })
  return { html: await text(output), errors }
}

const hooks = { useSuspenseSocketQuery, useSuspenseSubscription }

describe.each(Object.entries(hooks))('%s on a server', (_name, useHook) => {
  test('leaves content without data to the browser, says why, and opens nothing', async () => {
    const server = await startSocketServer()
    const market = socketOptions({ url: server.url })
    const queryClient = new QueryClient()
    const { html, errors } = await stream(
      () => h('b', null, String(useHook(market, { type: 'price' }).data)),
      { queryClient },
    )
    expect(html).toContain('Shell ')
    expect(html).toContain('Loading…')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ name: 'ConfigurationError', code: 'configuration' })
    expect(errors[0]?.message).toMatch(/server.*Prefetch its data/)
    // Next renders such a boundary in the browser without reporting an error.
    expect(html).toContain('data-dgst="BAILOUT_TO_CLIENT_SIDE_RENDERING"')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(server.requests).toEqual([])
    expect(queryClient.isFetching()).toBe(0)
  })

  test('renders prefetched data, and opens nothing', async () => {
    const server = await startSocketServer()
    const market = socketOptions({ url: server.url })
    const queryClient = new QueryClient()
    queryClient.setQueryData(['price'], 42)
    const { html, errors } = await stream(
      () => h('b', null, String(useHook(market, { type: 'price' }).data)),
      { queryClient },
    )
    expect(html).toContain('<b>42</b>')
    expect(errors).toEqual([])
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(server.requests).toEqual([])
  })
})

describe('useSuspensePolling on a server', () => {
  test('fetches once, streams the content, and polls no more', async () => {
    const { url, requests } = await startServer(response => response.end('"fetched"'))
    const { html, errors } = await stream(
      () => h('b', null, useSuspensePolling<string>({ url: '/orders', interval: 20 }).data),
      { baseUrl: url },
    )
    expect(html).toContain('<b>fetched</b>')
    expect(errors).toEqual([])
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(requests).toHaveLength(1)
  })

  test('leaves a relative url without a baseUrl to the browser', async () => {
    const { html, errors } = await stream(() =>
      h('b', null, useSuspensePolling<string>({ url: '/orders', interval: 20 }).data),
    )
    expect(html).toContain('Loading…')
    expect(errors[0]).toMatchObject({ name: 'ConfigurationError' })
    expect(errors[0]?.message).toMatch(/baseUrl/)
  })
})
