import { screen, waitFor } from '@testing-library/react'
import { type RealtimeEvent, useLongPoll, usePolling } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { type Answer, startServer } from '../support/httpServer.ts'
import { pageFetch } from '../support/pageFetch.ts'
import { renderLive } from './pollingSetup.tsx'

const CORS = {
  'access-control-allow-origin': '*',
  'content-type': 'application/json',
  'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
}
const EXPOSED = { ...CORS, 'access-control-expose-headers': 'ETag' }
const patient = { timeout: 10_000 }

/** A server of another origin that refuses preflights unless `preflights` says otherwise. */
async function startOther(answer: Answer, preflights: (index: number) => boolean = () => false) {
  let count = 0
  const isAllowed: boolean[] = []
  const { url, requests } = await startServer((response, request, index) => {
    if (request.method !== 'OPTIONS') return answer(response, request, index)
    isAllowed.push(preflights(count++))
    if (!isAllowed.at(-1)) return response.writeHead(405).end()
    return response.writeHead(204, { ...CORS, 'access-control-allow-headers': '*' }).end()
  })
  const methods = () => requests.map(({ method }) => method)
  const gets = () => requests.filter(({ method }) => method === 'GET')
  const conditional = () => gets().filter(({ headers }) => headers['if-none-match'] !== undefined)
  return { url, requests, methods, gets, conditional }
}

const versions: Answer = (response, _request, index) =>
  response.writeHead(200, { ...EXPOSED, etag: `"${index}"` }).end(String(index))

describe('a poll of another origin', () => {
  function poll(url: string) {
    const seen = { errors: [] as string[] }
    const Reader = () => {
      const { data, error } = usePolling<number>({ url, interval: 20 })
      if (error) seen.errors.push(error.message)
      return <b>{String(data)}</b>
    }
    renderLive(<Reader />, { fetch: pageFetch })
    return seen
  }

  test('keeps polling without validators when CORS forbids them, and shows no error', async () => {
    const other = await startOther(versions)
    const seen = poll(other.url)
    await waitFor(() => expect(other.gets().length).toBeGreaterThan(6), patient)
    expect(seen.errors).toEqual([])
    await waitFor(() => expect(Number(screen.getByText(/\d/).textContent)).toBeGreaterThan(6), patient)
  })

  test('stops sending validators after two failed preflights in a row', async () => {
    const other = await startOther(versions)
    poll(other.url)
    await waitFor(() => expect(other.gets().length).toBeGreaterThan(8), patient)
    expect(other.methods().slice(0, 8)).toEqual([
      'GET',
      'OPTIONS',
      'GET',
      'OPTIONS',
      'GET',
      'GET',
      'GET',
      'GET',
    ])
    expect(other.conditional()).toEqual([])
  })

  test('sends validators again after one failure, because the server may allow them', async () => {
    const other = await startOther(versions, index => index > 0)
    const seen = poll(other.url)
    await waitFor(() => expect(other.conditional().length).toBeGreaterThan(3), patient)
    expect(seen.errors).toEqual([])
    expect(other.methods().slice(0, 5)).toEqual(['GET', 'OPTIONS', 'GET', 'OPTIONS', 'GET'])
  })

  test('sends no validators if the page can read only Last-Modified', async () => {
    const other = await startOther(response => response.writeHead(200, CORS).end('1'))
    const seen = poll(other.url)
    await waitFor(() => expect(other.gets().length).toBeGreaterThan(4), patient)
    expect(other.methods()).not.toContain('OPTIONS')
    expect(seen.errors).toEqual([])
  })

  test('retries only once without validators while the server is unreachable', async () => {
    const other = await startOther((response, _request, index) =>
      index === 0 ? versions(response, _request, index) : response.socket?.destroy(),
    )
    let attempts = 0
    const fetch: typeof pageFetch = (url, init) => {
      attempts++
      return pageFetch(url, init)
    }
    const Reader = () => <b>{usePolling({ url: other.url, interval: 60_000 }).error?.name ?? 'none'}</b>
    const { queryClient } = renderLive(<Reader />, { fetch })
    await screen.findByText('none')
    await waitFor(() => expect(queryClient.isFetching()).toBe(0))
    await queryClient.refetchQueries()
    await screen.findByText('ConnectionFailedError')
    expect(attempts).toBe(3)
  })
})

describe('a long poll of another origin', () => {
  function longPoll(url: string) {
    const events: RealtimeEvent[] = []
    const notes: unknown[] = []
    const Reader = () => useLongPoll({ url, onMessage: ({ response }) => void notes.push(response) }).status
    renderLive(<Reader />, {
      fetch: pageFetch,
      onEvent: event => void events.push(event),
      reconnect: { minDelay: 10, maxDelay: 20 },
    })
    const kinds = (kind: RealtimeEvent['kind']) => events.filter(event => event.kind === kind)
    return { kinds, notes }
  }

  const notesAfterPause: Answer = (response, _request, index) => {
    setTimeout(() => {
      const body = JSON.stringify({ type: 'note', params: null, response: index })
      response.writeHead(200, { ...EXPOSED, etag: `"${index}"` }).end(body)
    }, 120)
  }

  test('continues without validators after one retry when CORS forbids them, and reports a gap', async () => {
    const other = await startOther(notesAfterPause)
    const { kinds, notes } = longPoll(other.url)
    await waitFor(() => expect(notes.length).toBeGreaterThan(5), patient)
    expect(other.methods().slice(0, 7)).toEqual(['GET', 'OPTIONS', 'OPTIONS', 'GET', 'OPTIONS', 'GET', 'GET'])
    expect(kinds('retry')).toHaveLength(1)
    await waitFor(() => expect(kinds('gap')).not.toEqual([]), patient)
    expect(kinds('gap').length).toBeLessThanOrEqual(2)
    expect(kinds('gap')[0]).toMatchObject({ cause: 'cursor-lost' })
  })

  test('keeps its position across a drop when CORS allows validators', async () => {
    const other = await startOther(
      (response, request, index) =>
        index === 4 ? response.socket?.destroy() : notesAfterPause(response, request, index),
      () => true,
    )
    const { kinds, notes } = longPoll(other.url)
    await waitFor(() => expect(notes.length).toBeGreaterThan(4), patient)
    expect(kinds('retry')).toHaveLength(1)
    expect(kinds('gap')).toEqual([])
    expect(other.conditional()).toHaveLength(other.gets().length - 1)
  })
})
