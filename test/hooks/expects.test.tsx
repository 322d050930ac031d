import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import {
  type GapCause,
  type RealtimeEvent,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { PING, type Row, sleep, startForgetfulServer } from '../support/forgetfulServer.ts'
import { renderLive } from './pollingSetup.tsx'

/** Signs of life come in time, however slow the machine. */
const LIFE = 60_000

const TRANSPORTS = {
  useServerEvents: (options: object) => useServerEvents({ url: '/events', silenceTimeout: LIFE, ...options }),
  useLongPoll: (options: object) => useLongPoll({ url: '/changes', holdTimeout: LIFE, ...options }),
  useSocket: (options: object) =>
    useSocket({ url: '/socket', heartbeat: { interval: PING, timeout: LIFE }, ...options }),
}

const NAMES = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[]

async function openPage(name: keyof typeof TRANSPORTS, within: number) {
  const server = await startForgetfulServer()
  const gaps: GapCause[] = []
  const events: RealtimeEvent[] = []
  // Rows have no handler: the message that is expected needs none.
  const options = {
    expects: { type: 'row', within },
    liveQueries: [['rows']],
    reconnect: { minDelay: 20, maxDelay: 60 },
    onGap: ({ cause }: { cause: GapCause }) => void gaps.push(cause),
  }
  const useTransport = TRANSPORTS[name]
  function Page() {
    const { status } = useTransport(options)
    const { data } = useQuery({
      queryKey: ['rows'],
      queryFn: async () => (await fetch(`${server.url}/rows`)).json() as Promise<Row[]>,
    })
    return <p>{`${status}: ${(data ?? []).length}`}</p>
  }
  renderLive(<Page />, {
    baseUrl: server.url,
    gapSpread: 1,
    strict: true,
    onEvent: event => void events.push(event),
  })
  await screen.findByText(/^open/)
  return { server, gaps, events }
}

describe('expects', () => {
  test.each(NAMES)(
    '%s: a channel that is stuck behind a living link is a failure and a gap, so live queries are refetched',
    async name => {
      const { server, gaps, events } = await openPage(name, 4 * PING)
      // The fetch at the opening is over.
      await sleep(PING)
      server.publish()
      server.getStuck()
      server.publish()
      server.publish()
      await screen.findByText('open: 3')
      // The reopening itself is no second cause.
      expect(new Set(gaps)).toEqual(new Set(['forgotten']))
      const errors = events.flatMap(event =>
        event.kind === 'status' && event.error ? [event.error.message] : [],
      )
      expect(errors[0]).toMatch('No message of type "row" came in time.')
    },
  )

  test.each(NAMES)('%s: nothing happens while the message comes, which needs no handler', async name => {
    const { server, gaps, events } = await openPage(name, 15 * PING)
    const beats = setInterval(server.publish, PING)
    await sleep(20 * PING)
    clearInterval(beats)
    await waitFor(() => expect(screen.getByText(/^open/)).toBeTruthy())
    expect(gaps).toEqual([])
    const statuses = events.flatMap(event => (event.kind === 'status' ? [event.status] : []))
    expect(statuses).toEqual(['connecting', 'open'])
    expect(events.filter(({ kind }) => kind === 'unknown-type')).toEqual([])
  })
})
