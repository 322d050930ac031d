import { act, screen, waitFor } from '@testing-library/react'
import type { ServerResponse } from 'node:http'
import {
  type ConnectionFailedError,
  type PollingOptions,
  type RealtimeOptions,
  usePolling,
} from 'react-query-realtime'
import { describe, expect, it, vi } from 'vitest'
import { type Answer, startServer } from '../support/httpServer.ts'
import { renderLive } from './pollingSetup.tsx'

const INTERVAL = 20

const send = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))

/** A server, and a component that polls it and counts its renders. */
async function setUp(answer: Answer, options: Partial<PollingOptions> & { provider?: RealtimeOptions } = {}) {
  const { provider, ...polling } = options
  const { url, requests } = await startServer(answer)
  const renders = vi.fn()
  const Reader = () => {
    const { data } = usePolling({ url, interval: INTERVAL, ...polling })
    renders(data)
    return <b>{JSON.stringify(data)}</b>
  }
  const Failures = () => {
    const { data, error, isPolling } = usePolling({ url, interval: INTERVAL, ...polling })
    return <i data-polling={isPolling}>{JSON.stringify({ data, error: error?.name ?? null })}</i>
  }
  const view = renderLive(<Reader />, { trustedOrigins: [url], ...provider })
  const polls = (count: number) =>
    waitFor(() => expect(requests.length).toBeGreaterThanOrEqual(count), { timeout: 15_000 })
  const show = () => view.rerender(<Failures />)
  return { ...view, url, requests, renders, polls, show }
}

describe('usePolling with a url', () => {
  it('returns the parsed body unchanged, under the key [poll, url]', async () => {
    const envelope = { type: 'price', response: 1 }
    const { queryClient, url } = await setUp(response => send(response, envelope))
    await screen.findByText(JSON.stringify(envelope))
    expect(queryClient.getQueryData(['poll', url])).toEqual(envelope)
  })

  it('keeps the data and re-renders nothing after a 304 (P3)', async () => {
    const { polls, renders, requests } = await setUp((response, { headers }) =>
      headers['if-none-match'] === '"1"'
        ? response.writeHead(304).end()
        : send(response, { a: 1 }, { ETag: '"1"' }),
    )
    await polls(6)
    expect(renders.mock.calls).toEqual([[undefined], [{ a: 1 }]])
    expect(requests.slice(1, 6).every(({ headers }) => headers['if-none-match'] === '"1"')).toBe(true)
  })

  it('keeps the data and re-renders nothing after a 204 (P4)', async () => {
    const { polls, renders } = await setUp((response, _request, index) =>
      index === 0 ? send(response, { a: 1 }) : response.writeHead(204).end(),
    )
    await polls(5)
    expect(renders.mock.calls).toEqual([[undefined], [{ a: 1 }]])
  })

  it('re-renders nothing after an equal body, and sends its validators from then on', async () => {
    const { polls, renders, requests } = await setUp((response, _request, index) =>
      send(response, { a: [1] }, { ETag: `"${index}"` }),
    )
    await polls(5)
    expect(renders.mock.calls).toEqual([[undefined], [{ a: [1] }]])
    expect(requests.slice(0, 4).map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"0"',
      '"1"',
      '"2"',
    ])
  })

  it('returns null after a 204 without data', async () => {
    await setUp(response => response.writeHead(204).end())
    await screen.findByText('null')
  })

  it('requests replaced, reset or removed data without validators, so that no 304 leaves it empty', async () => {
    const { queryClient, requests, polls, url } = await setUp((response, { headers }) =>
      headers['if-none-match'] ? response.writeHead(304).end() : send(response, 'server', { ETag: '"1"' }),
    )
    const isUnconditional = (from: number) =>
      requests.slice(from).some(({ headers }) => headers['if-none-match'] === undefined)
    await polls(3)
    for (const replace of [
      () => queryClient.setQueryData(['poll', url], 'pushed'),
      () => void queryClient.resetQueries({ queryKey: ['poll', url] }),
      () => queryClient.removeQueries({ queryKey: ['poll', url] }),
    ]) {
      const from = requests.length
      act(() => void replace())
      await waitFor(() => expect(isUnconditional(from)).toBe(true))
      await waitFor(() => expect(queryClient.getQueryData(['poll', url])).toBe('server'))
      await polls(requests.length + 2)
    }
  })

  it('treats an error page as an error, and keeps the data', async () => {
    const { show } = await setUp((response, _request, index) =>
      index === 0
        ? send(response, 1)
        : response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Sign in</p>'),
    )
    show()
    await screen.findByText('{"data":1,"error":"ConnectionFailedError"}')
  })

  it('waits at least Retry-After for the next poll (P5)', async () => {
    const times: number[] = []
    const { polls } = await setUp((response, _request, index) => {
      times.push(Date.now())
      if (index === 1) response.writeHead(429, { 'Retry-After': '1' }).end()
      else send(response, index)
    })
    await polls(3)
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(990)
  })

  it('uses the current token for each poll, and refreshes it silently once after a 401', async () => {
    const getToken = vi.fn(({ reason }: { reason: string }) => (reason === 'refused' ? 'new' : 'old'))
    const { show } = await setUp(
      (response, { headers }) =>
        headers.authorization === 'Bearer new' ? send(response, 1) : response.writeHead(401).end(),
      { provider: { getToken }, interval: 60_000 },
    )
    show()
    await screen.findByText('{"data":1,"error":null}')
    expect(getToken.mock.calls.map(([{ reason }]) => reason)).toEqual(['connect', 'refused'])
  })

  it('stops with UnauthorizedError after the token is rejected twice', async () => {
    const { show, requests, container } = await setUp(response => response.writeHead(401).end(), {
      provider: { getToken: () => 'bad' },
    })
    await waitFor(() => expect(requests).toHaveLength(2))
    show()
    await screen.findByText('{"error":"UnauthorizedError"}')
    const asked = requests.length
    await new Promise(resolve => setTimeout(resolve, 5 * INTERVAL))
    expect(requests).toHaveLength(asked)
    expect(container.querySelector('i')?.dataset['polling']).toBe('false')
  })

  it.each([404, 410])('stops after a %i, keeps the data, and polls again after resume()', async gone => {
    let status = 200
    const { url, requests } = await startServer(response =>
      status === 200 ? send(response, 1) : response.writeHead(status).end(),
    )
    let resume = () => {}
    function Poll() {
      const result = usePolling({ url, interval: INTERVAL })
      resume = () => result.resume()
      const error = result.error as ConnectionFailedError | null
      return <i>{JSON.stringify([result.data, result.isPolling, error?.status ?? null])}</i>
    }
    renderLive(<Poll />, { trustedOrigins: [url] })
    await screen.findByText('[1,true,null]')
    status = gone
    await screen.findByText(`[1,false,${gone}]`)
    const sent = requests.length
    await new Promise(resolve => setTimeout(resolve, 5 * INTERVAL))
    expect(requests).toHaveLength(sent)
    act(() => resume())
    await waitFor(() => expect(requests).toHaveLength(sent + 1))
    await screen.findByText(`[1,false,${gone}]`)
    status = 200
    act(() => resume())
    await screen.findByText('[1,true,null]')
    await waitFor(() => expect(requests.length).toBeGreaterThan(sent + 3))
  })

  it('runs one loop for two components, without a second request under StrictMode', async () => {
    const { url, requests } = await startServer(response => send(response, 1))
    const Reader = () => <b>{usePolling<number>({ url, interval: 60_000 }).data}</b>
    renderLive([<Reader key="a" />, <Reader key="b" />], { strict: true })
    await waitFor(() => expect(screen.getAllByText('1')).toHaveLength(2))
    expect(requests).toHaveLength(1)
  })

  it('aborts a pending request when the last component unmounts', async () => {
    const closed = vi.fn()
    const { rerender, polls } = await setUp(response => response.on('close', closed))
    await polls(1)
    rerender(null)
    await waitFor(() => expect(closed).toHaveBeenCalledOnce())
  })

  it('calls a url function for each poll', async () => {
    const { url, requests } = await startServer(response => send(response, 1))
    let page = 0
    const Reader = () => (
      <b>
        {
          usePolling<number>({ url: () => `${url}?page=${++page}`, queryKey: ['pages'], interval: INTERVAL })
            .data
        }
      </b>
    )
    renderLive(<Reader />)
    await waitFor(() => expect(requests.length).toBeGreaterThan(2))
    expect(requests.slice(0, 3).map(request => request.url)).toEqual(['/?page=1', '/?page=2', '/?page=3'])
  })

  it('passes the text, status and headers to parse, which returns the data', async () => {
    const parse = vi.fn((body: unknown) => String(body).split(','))
    await setUp(response => response.writeHead(201, { 'X-Rows': '2' }).end('a,b'), { parse })
    await screen.findByText('["a","b"]')
    const [body, meta] = parse.mock.calls[0] as unknown as [string, { status: number; headers: Headers }]
    expect([body, meta.status, meta.headers.get('x-rows')]).toEqual(['a,b', 201, '2'])
  })

  it('passes the last response to interval: undefined before the first, then a 200, a 304, an error', async () => {
    const statuses = [200, 304, 503, 200]
    const interval = vi.fn<(data: unknown, response?: { status: number; headers: Headers }) => number>(
      (_data, response) => Number(response?.headers.get('x-poll-interval') ?? 60_000),
    )
    const { polls } = await setUp(
      (response, _request, index) => {
        const status = statuses[index] ?? 200
        response.writeHead(status, { 'X-Poll-Interval': index < 3 ? '10' : '60000' })
        response.end(status === 200 ? `${index}` : '')
      },
      { interval },
    )
    await polls(4)
    const seen = () => interval.mock.calls.map(([data, response]) => `${String(data)} ${response?.status}`)
    await waitFor(() => expect(seen().at(-1)).toBe('3 200'))
    expect(new Set(seen())).toEqual(new Set(['undefined undefined', '0 200', '0 304', '0 503', '3 200']))
    await new Promise(resolve => setTimeout(resolve, 100))
    await polls(4)
    expect(interval.mock.results.at(-1)!.value).toBe(60_000)
  })

  it('does not call parse for a 304, a 204 or an empty body', async () => {
    const parse = vi.fn(() => 1)
    const { polls } = await setUp(
      (response, _request, index) =>
        response.writeHead([200, 304, 204, 200][index % 4]!).end(index === 0 ? 'x' : ''),
      { parse },
    )
    await polls(6)
    expect(parse).toHaveBeenCalledOnce()
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret body')
      },
      '"parse" threw',
    ],
    ['returns a promise', () => Promise.reject(new Error('secret body')), '"parse" returned a promise'],
  ])('fails the poll without quoting the body if parse %s, and keeps polling', async (_what, fail, text) => {
    const { show, queryClient, url, polls } = await setUp(
      (response, _request, index) => response.end(index === 0 ? 'good' : 'secret body'),
      { parse: body => (body === 'good' ? 1 : fail()) },
    )
    show()
    await screen.findByText('{"data":1,"error":"ConnectionFailedError"}')
    const error = queryClient.getQueryState(['poll', url])!.error as Error
    expect(error.message).toContain(text)
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('secret')
    await polls(4)
  })
})
