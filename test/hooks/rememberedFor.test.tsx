import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import {
  append,
  type ConnectionOptions,
  cursorInQuery,
  type GapCause,
  type Recovery,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type ForgetfulServer,
  PING,
  RETENTION,
  type Row,
  sleep,
  startForgetfulServer,
} from '../support/forgetfulServer.ts'
import { renderLive } from './pollingSetup.tsx'

/** The ids of rows go to the server, and nothing is numbered for the client. */
const byId: Recovery = { cursor: ({ id }) => id, attach: cursorInQuery('after'), resumed: true }

const common = (recovery: Recovery, onGap: ConnectionOptions['onGap']) => ({
  liveQueries: [['rows']],
  on: {
    row: ({ response }: { response: unknown }, cache: { setQueryData(key: string[], to: unknown): void }) =>
      cache.setQueryData(['rows'], append(response as Row, { by: 'id' })),
  },
  recovery,
  reconnect: { minDelay: 20, maxDelay: 60 },
  onGap,
})

/** Each transport may be silent for `silence` ms. */
const TRANSPORTS = {
  useServerEvents: (silence: number, options: object) =>
    useServerEvents({ url: '/events', silenceTimeout: silence, ...options }),
  useLongPoll: (silence: number, options: object) =>
    useLongPoll({ url: '/changes', holdTimeout: silence, ...options }),
  useSocket: (silence: number, options: object) =>
    useSocket({ url: '/socket', heartbeat: { interval: PING, timeout: silence - PING }, ...options }),
}

/** Only a socket has to say where it was: the ids of events and the validators of long polls are sent anyway. */
const recoveryOf = (name: string, rememberedFor: number) => ({
  ...(name === 'useSocket' && byId),
  rememberedFor,
})

interface Times {
  rememberedFor: number
  silence?: number
}

/** A busy machine is silent, too, so a page bears as much of that as it can without a warning. */
async function openPage(
  name: keyof typeof TRANSPORTS,
  server: ForgetfulServer,
  { rememberedFor, silence = rememberedFor - PING }: Times,
) {
  const gaps: GapCause[] = []
  const options = common(recoveryOf(name, rememberedFor), ({ cause }) => void gaps.push(cause))
  const useTransport = TRANSPORTS[name]
  function Page() {
    const { status } = useTransport(silence, options)
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await fetch(`${server.url}/rows`)).json() as Promise<Row[]>,
      retry: 10,
      retryDelay: 20,
    })
    return <p>{`${status}: ${(data ?? []).map(({ id }) => id).join(' ')}`}</p>
  }
  renderLive(<Page />, { baseUrl: server.url, gapSpread: 1, strict: true })
  await screen.findByText(/^open: 1/)
  server.publish()
  await screen.findByText('open: 1 2')
  return { gaps }
}

const NAMES = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]

describe('recovery.rememberedFor', () => {
  test.each(NAMES)(
    '%s: an absence of longer than the server keeps messages is a gap, even if the server resumes without a word',
    async name => {
      const server = await startForgetfulServer()
      server.publish()
      const { gaps } = await openPage(name, server, { rememberedFor: RETENTION - PING })
      const away = server.goAway(RETENTION + 300)
      server.publish()
      server.publish()
      await away
      server.publish()
      await screen.findByText('open: 1 2 3 4 5')
      expect(gaps).toEqual(['forgotten'])
    },
  )

  test.each(NAMES)('%s: after a short absence nothing is refetched', async name => {
    const server = await startForgetfulServer(60_000)
    server.publish()
    const { gaps } = await openPage(name, server, { rememberedFor: 60_000 })
    const before = server.snapshots()
    const away = server.goAway(PING)
    server.publish()
    await away
    await screen.findByText('open: 1 2 3')
    await sleep(50)
    expect(gaps).toEqual([])
    expect(server.snapshots()).toBe(before)
  })

  test.each(NAMES)(
    '%s: comments, empty responses and heartbeat replies are signs of life, so a long quiet is no gap',
    async name => {
      // Five responses of a shorter hold would be a loop.
      const server = await startForgetfulServer(RETENTION, 5 * PING)
      server.publish()
      const { gaps } = await openPage(name, server, { rememberedFor: 15 * PING })
      await sleep(20 * PING)
      server.publish()
      await screen.findByText('open: 1 2 3')
      expect(gaps).toEqual([])
    },
  )

  test.each(NAMES)(
    '%s: the console warns in development if a healthy connection may be silent for longer',
    async name => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined)
      onTestFinished(() => warn.mockRestore())
      const server = await startForgetfulServer()
      server.publish()
      await openPage(name, server, { rememberedFor: 2 * PING, silence: 3 * PING })
      await waitFor(() => expect(warn).toHaveBeenCalledOnce())
      expect(warn.mock.calls[0]?.[0]).toMatch(
        /may be silent for 300 ms, but recovery\.rememberedFor is 200 ms/,
      )
    },
  )
})
