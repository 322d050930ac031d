import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import {
  append,
  cursorInQuery,
  type CursorResponse,
  type CursorStrategy,
  type GapCause,
  type Recovery,
  type ServerEventsOptions,
  type SocketOptions,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { renderLive } from '../hooks/pollingSetup.tsx'
import { startFaultProxy } from '../support/faultProxy/startFaultProxy.ts'
import { PING, RETENTION, type Row, sleep, startForgetfulServer } from '../support/forgetfulServer.ts'
import { startServer } from '../support/httpServer.ts'
import { pageFrom } from '../support/pageFrom.ts'

type Options = Pick<SocketOptions & ServerEventsOptions, 'recovery' | 'expects' | 'attachCursor'>

/** A busy machine is silent, too: a page bears as much of that as it can without a warning (ms). */
const silence = ({ recovery }: Options) => (recovery?.rememberedFor ?? 60_000) - PING

const TRANSPORTS = {
  useServerEvents: (options: Options) =>
    useServerEvents({ url: '/events', silenceTimeout: silence(options), ...options }),
  useLongPoll: (options: Options) =>
    useLongPoll({ url: '/changes', holdTimeout: silence(options), ...options }),
  useSocket: (options: Options) =>
    useSocket({
      url: '/socket',
      heartbeat: { interval: PING, timeout: silence(options) - PING },
      ...options,
    }),
}
const NAMES = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]

/** The server gets the ids of rows, and says nothing about resumption. Nothing is numbered. */
const byId: Recovery = { cursor: ({ id }) => id, attach: cursorInQuery('after'), resumed: true }

/** Only a socket has to say where it was: the ids of events and the validators of long polls are sent anyway. */
const forgetting = (name: string, rememberedFor: number): Recovery => ({
  ...(name === 'useSocket' && byId),
  rememberedFor,
})

async function startProxy(upstream: string) {
  const proxy = await startFaultProxy(upstream)
  onTestFinished(() => proxy.close())
  return proxy
}

/** A page with rows 1 and 2, which reaches its stream through a fault proxy. The rows are fetched past it. */
async function openPage(name: keyof typeof TRANSPORTS, own: Options, retention = Infinity) {
  const server = await startForgetfulServer(retention)
  const proxy = await startProxy(server.url)
  // To another origin, a poll that fails is tried without its cursor, and the server may be back by then.
  pageFrom(proxy.url)
  server.publish()
  const gaps: GapCause[] = []
  const options = {
    liveQueries: [['rows']],
    on: {
      row: ({ response }: { response: unknown }, cache: { setQueryData(key: string[], to: unknown): void }) =>
        cache.setQueryData(['rows'], append(response as Row, { by: 'id' })),
    },
    reconnect: { minDelay: 20, maxDelay: 60 },
    onGap: ({ cause }: { cause: GapCause }) => void gaps.push(cause),
    ...own,
  }
  const useTransport = TRANSPORTS[name]
  function Page() {
    const { status } = useTransport(options)
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await fetch(`${server.url}/rows`)).json() as Promise<Row[]>,
    })
    return <p>{`${status}: ${(data ?? []).map(({ id }) => id).join(' ')}`}</p>
  }
  renderLive(<Page />, { baseUrl: proxy.url, gapSpread: 1 })
  await screen.findByText(/^open: 1/)
  server.publish()
  await screen.findByText('open: 1 2')
  const before = server.snapshots()

  /** No connection gets through for a while. A row is published at its beginning. */
  async function goAway(ms: number) {
    await proxy.refuse()
    proxy.strike({ do: 'reset' })
    server.publish()
    await sleep(ms)
    await proxy.accept()
  }
  return { server, proxy, gaps, goAway, refetches: () => server.snapshots() - before }
}

describe('a server that forgets, and resumes without a word', () => {
  test.each(NAMES)(
    '%s: after an absence of longer than rememberedFor there is one gap, and the rows are fetched (F1)',
    async name => {
      const recovery = forgetting(name, RETENTION - PING)
      const { server, gaps, goAway } = await openPage(name, { recovery }, RETENTION)
      await goAway(RETENTION + PING)
      server.publish()
      await screen.findByText('open: 1 2 3 4')
      expect(gaps).toEqual(['forgotten'])
    },
  )

  test.each(NAMES)(
    '%s: after a shorter absence the server still has everything, and nothing is fetched (F1)',
    async name => {
      const { gaps, goAway, refetches } = await openPage(name, { recovery: forgetting(name, 60_000) })
      await goAway(PING)
      await screen.findByText('open: 1 2 3')
      await sleep(PING)
      expect([gaps, refetches()]).toEqual([[], 0])
    },
  )

  test('an absence still counts after a reopening that breaks off before it delivers what was missed (F1)', async () => {
    const recovery = { rememberedFor: RETENTION - PING }
    const { proxy, gaps, goAway } = await openPage('useServerEvents', { recovery }, RETENTION)
    proxy.add({ at: 'request', path: '/events', times: 1, act: { do: 'cut', after: 0, then: 'hang' } })
    await goAway(RETENTION / 2)
    await screen.findByText('open: 1 2')
    await goAway(RETENTION / 2 + PING)
    await screen.findByText('open: 1 2 3 4')
    // On a slow machine the first absence may be too long already.
    expect(new Set(gaps)).toEqual(new Set(['forgotten']))
  })

  test('with resumed: true, a socket that reopens within that time has no gap (F2)', async () => {
    const { gaps, goAway, refetches } = await openPage('useSocket', { recovery: byId })
    await goAway(PING)
    await screen.findByText('open: 1 2 3')
    await sleep(PING)
    expect([gaps, refetches()]).toEqual([[], 0])
  })
})

describe('a server that says in a header whether it resumed', () => {
  const named: Recovery = { resumed: ({ headers, sent }) => headers.get('x-from') === sent }

  test.each([
    ['the position that was sent is no gap', '2', []],
    ['another position is a gap, and the rows are fetched', 'earliest', ['refused']],
  ])('%s (F3)', async (_what, from, expected) => {
    const { proxy, gaps, goAway, refetches } = await openPage('useServerEvents', { recovery: named })
    proxy.add({ at: 'request', path: '/events', act: { do: 'headers', headers: { 'x-from': from } } })
    await goAway(PING)
    await screen.findByText('open: 1 2 3')
    await waitFor(() => expect(gaps).toEqual(expected))
    await waitFor(() => expect(refetches()).toBe(expected.length))
  })
})

describe('a channel that is dead behind a living link', () => {
  test.each(NAMES)(
    '%s: without the message that it expects, the connection fails, reopens, and has one gap each time (F4)',
    async name => {
      const { server, proxy, gaps } = await openPage(name, { expects: { type: 'row', within: 5 * PING } })
      // Replies to heartbeats, comments and empty responses still pass.
      if (name === 'useSocket') proxy.add({ at: 'frame', from: 'server', text: '"row"', act: { do: 'drop' } })
      else server.getStuck()
      server.publish()
      await screen.findByText('open: 1 2 3')
      expect(new Set(gaps)).toEqual(new Set(['forgotten']))
    },
  )
})

describe('a server of another origin', () => {
  test('that does not allow Last-Event-ID gets the last id in the query (F5)', async () => {
    const { server, gaps, goAway } = await openPage('useServerEvents', {
      attachCursor: cursorInQuery('last_event_id'),
    })
    await goAway(PING)
    await screen.findByText('open: 1 2 3')
    expect(server.resumptions()).toEqual([{ query: '2', header: undefined }])
    expect(gaps).toEqual([])
  })
})

describe('an empty response', () => {
  test('that names a position is where the next request continues, also after a drop (F6)', async () => {
    const read = ({ headers }: CursorResponse) => headers.get('x-next') ?? undefined
    const cursor: CursorStrategy<string> = {
      read,
      readEmpty: read,
      attach(request, offset) {
        const url = new URL(request.url)
        url.searchParams.set('offset', offset)
        return { ...request, url: url.href }
      },
    }
    const { url, requests } = await startServer((response, { url: path }, index) => {
      if (index === 0) return response.writeHead(204, { 'x-next': '5' }).end()
      // The second request is held, and then reset.
      if (index === 1 || path !== '/changes?offset=5') return
      response.writeHead(200, { 'x-next': '6' }).end('{"type":"row","response":6}')
    })
    const proxy = await startProxy(url)
    const seen: unknown[] = []
    function Page() {
      useLongPoll({
        url: '/changes',
        cursor,
        reconnect: { minDelay: 20, maxDelay: 60 },
        onMessage: ({ response }) => void seen.push(response),
        on: { row: () => {} },
      })
      return null
    }
    renderLive(<Page />, { baseUrl: proxy.url })
    await waitFor(() => expect(requests).toHaveLength(2))
    proxy.strike({ do: 'reset' })
    await waitFor(() => expect(seen).toEqual([6]))
  })
})
