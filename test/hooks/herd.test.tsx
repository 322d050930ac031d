import { screen, waitFor } from '@testing-library/react'
import {
  type GapAfterOutage,
  type RealtimeOptions,
  type Recovery,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const patient = { timeout: 10_000 }

/** A page with one connection. */
async function openPage(
  useConnection: () => { status: string; error: Error | null },
  provider: RealtimeOptions = {},
) {
  let error: Error | null = null
  const page = await open(provider)
  function Light() {
    const result = useConnection()
    error = result.error
    return <i role="status">{result.status}</i>
  }
  page.render(<Light />)
  const shows = (status: string) =>
    waitFor(() => expect(screen.getByRole('status').textContent).toBe(status), patient)
  return { ...page, shows, error: () => error }
}

describe('gapSpread', () => {
  const recovery: Recovery = { cursor: ({ seq }) => (seq ? { seq } : undefined), attach: request => request }

  /** A server whose numbers skip one, so that its only opening has a gap. */
  const startSkipping = () =>
    startSocketServer(socket => {
      socket.send('{"type":"price","params":1,"response":1,"seq":1}')
      socket.send('{"type":"price","params":1,"response":3,"seq":3}')
    })

  const openSkipping = async (gapSpread: RealtimeOptions['gapSpread']) => {
    const { url } = await startSkipping()
    const on = {
      price: (
        { response }: { response: unknown },
        cache: { setQueryData(key: string[], data: unknown): void },
      ) => cache.setQueryData(['price'], response),
    }
    const page = await openPage(() => useSocket({ url, recovery, on }), { gapSpread })
    await waitFor(() => expect(page.queryClient.getQueryData(['price'])).toBe(3), patient)
    const gap = () => page.events.find(({ kind }) => kind === 'gap')
    return { ...page, gap }
  }

  test('spreads the refetches of a gap over that many ms when it is a number', async () => {
    const page = await openSkipping(600_000)
    expect(page.gap()).toBeUndefined()
    const other = await openSkipping(0)
    await waitFor(() => expect(other.gap()).toMatchObject({ cause: 'sequence', keys: [['price']] }), patient)
  })

  test('receives the cause, the keys to refetch and the outage when it is a function', async () => {
    const asked: GapAfterOutage[] = []
    const page = await openSkipping(gap => {
      asked.push(gap)
      return 0
    })
    await waitFor(() => expect(page.gap()).toBeDefined(), patient)
    expect(asked).toEqual([{ cause: 'sequence', keys: [['price']], outage: 0 }])
  })
})

describe('without getToken', () => {
  test('a close with 1008 is permanent, with an error that names the code', async () => {
    const server = await startSocketServer(socket => socket.close(1008))
    const page = await openPage(() => useSocket({ url: server.url }))
    await page.shows('failed')
    expect(page.error()).toMatchObject({ code: 'connection-failed', status: 1008 })
    expect(page.error()?.message).toContain('1008')
    expect(server.sockets).toHaveLength(1)
  })

  test.each([4401, 3000])(
    'a close with %i is retried once with a fresh result of the url function, and the second one is permanent',
    async code => {
      let tickets = 0
      const server = await startSocketServer(socket => socket.close(code))
      const page = await openPage(() =>
        useSocket({ id: 'ticket', url: () => `${server.url}?ticket=${++tickets}` }),
      )
      await page.shows('failed')
      expect(page.error()).toMatchObject({ code: 'unauthorized' })
      expect(page.error()?.message).toMatch(new RegExp(`none was sent.*${code}`))
      expect(server.requests.map(({ url }) => url)).toEqual(['/?ticket=1', '/?ticket=2'])
    },
  )
})

test('a 400 after recovery.attach sent a position drops the position once, and is a gap', async () => {
  const recovery: Recovery = {
    cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
    attach: (request, cursor) => ({ ...request, url: `${request.url}?at=${JSON.stringify(cursor)}` }),
  }
  const server = await startServer((response, { url = '' }, index) => {
    if (url.includes('at=')) return response.writeHead(400).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"type":"price","response":1,"seq":7}\n\n')
    if (index === 0) response.end()
  })
  const page = await openPage(() => useServerEvents({ url: server.url, recovery }), { gapSpread: 0 })
  await waitFor(() => expect(server.requests).toHaveLength(3), patient)
  await page.shows('open')
  await waitFor(() => expect(page.events).toContainEqual(expect.objectContaining({ cause: 'cursor-lost' })))
  expect(server.requests.map(({ url }) => url?.includes('at='))).toEqual([false, true, false])
})
