import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import { type GapCause, type Recovery, useLongPoll, useServerEvents } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { renderLive } from './pollingSetup.tsx'

/** The server says in a header from which position it continues. */
const named: Recovery = { resumed: ({ headers, sent }) => headers.get('x-from') === sent }

/** Event streams that end when the test says so. `from`: what the server says to a request with an id. */
async function startStreams(from: (lastId: string) => string) {
  const ids: (string | undefined)[] = []
  let end = () => {}
  const { url, requests } = await startServer((response, { headers, url: path }) => {
    if (path === '/rows') return response.end('1')
    const last = headers['last-event-id'] as string | undefined
    ids.push(last)
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      ...(last !== undefined && { 'x-from': from(last) }),
    })
    response.write(`id: ${ids.length}\ndata: ${ids.length}\n\n`)
    end = () => response.end()
  })
  const fetches = () => requests.filter(({ url: path }) => path === '/rows').length
  return { url, ids, fetches, end: () => end() }
}

function openPage(use: (options: object) => { status: string }, url: string, recovery: Recovery) {
  const gaps: GapCause[] = []
  const options = {
    recovery,
    liveQueries: [['rows']],
    on: { message: () => {} },
    reconnect: { minDelay: 10, maxDelay: 20 },
    onGap: ({ cause }: { cause: GapCause }) => void gaps.push(cause),
  }
  function Page() {
    const { status } = use(options)
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await fetch(`${url}rows`)).json() as Promise<number>,
    })
    return <p>{`${status} ${data}`}</p>
  }
  renderLive(<Page />, { baseUrl: url, gapSpread: 1, strict: true })
  return gaps
}

describe('recovery.resumed of a response', () => {
  test('true: the stream has resumed, and nothing is refetched', async () => {
    const { url, ids, fetches, end } = await startStreams(lastId => lastId)
    const gaps = openPage(options => useServerEvents({ url: '/events', ...options }), url, named)
    await screen.findByText('open 1')
    await waitFor(() => expect(ids).toHaveLength(1))
    const before = fetches()
    end()
    await waitFor(() => expect(ids).toEqual([undefined, '1']))
    await screen.findByText('open 1')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect([gaps, fetches()]).toEqual([[], before])
  })

  test('false: the server has dropped the position, which is a gap even if it accepted the id', async () => {
    const { url, fetches, end } = await startStreams(() => 'earliest')
    const gaps = openPage(options => useServerEvents({ url: '/events', ...options }), url, named)
    await screen.findByText('open 1')
    const before = fetches()
    end()
    await waitFor(() => expect(gaps).toEqual(['refused']))
    await waitFor(() => expect(fetches()).toBe(before + 1))
  })

  test('false for the first response is not a gap, because no position was sent', async () => {
    const seen: unknown[] = []
    const { url } = await startStreams(() => '')
    const gaps = openPage(options => useServerEvents({ url: '/events', ...options }), url, {
      resumed: ({ sent }) => {
        seen.push(sent)
        return false
      },
    })
    await screen.findByText('open 1')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(gaps).toEqual([])
    expect(new Set(seen)).toEqual(new Set([undefined]))
  })

  test('false for a later response of a long poll is a gap', async () => {
    let count = 0
    const { url, requests } = await startServer((response, { headers, url: path }) => {
      if (path === '/rows') return response.end('1')
      if (++count > 4) return
      const last = headers['if-none-match']
      response.writeHead(200, { etag: `"${count}"`, 'x-from': count === 3 ? 'other' : String(last) })
      response.end(JSON.stringify({ type: 'message', response: count }))
    })
    const gaps = openPage(options => useLongPoll({ url: '/changes', ...options }), url, {
      resumed: ({ headers, sent }) => headers.get('x-from') === (sent as { etag?: string } | undefined)?.etag,
    })
    await waitFor(() => expect(count).toBe(5))
    await waitFor(() => expect(gaps).toEqual(['refused']))
    await waitFor(() =>
      expect(requests.filter(({ url: path }) => path === '/rows').length).toBeGreaterThan(1),
    )
  })

  test('undefined for responses: it is about messages', async () => {
    const { url, ids, end } = await startStreams(lastId => lastId)
    const gaps = openPage(options => useServerEvents({ url: '/events', ...options }), url, {
      resumed: message => (message.type === 'message' && message.response === 2 ? false : undefined),
    })
    await screen.findByText('open 1')
    end()
    await waitFor(() => expect(ids).toEqual([undefined, '1']))
    await waitFor(() => expect(gaps).toEqual(['refused']))
  })
})
