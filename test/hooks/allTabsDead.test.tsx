import { useLongPoll, useServerEvents, useSocket } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'

/** After this time without a response, a tab takes a connection for dead. A slow machine takes less (ms). */
const DEAD = 1_500
const reconnect = { minDelay: 1, maxDelay: 10, connectTimeout: DEAD }
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

type Tab = ReturnType<ReturnType<typeof setUpHostedTabs>>
const statuses = ({ events }: Tab) => events.flatMap(event => (event.kind === 'status' ? [event.status] : []))

describe('a connection that a tab has found dead is replaced for all tabs, although another one has joined it later', () => {
  test('a stream that is silent', async () => {
    const { url, requests } = await startServer((response, _request, index) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      if (index === 0) return
      const timer = setInterval(() => response.write(': alive\n\n'), 50)
      response.on('close', () => clearInterval(timer))
    })
    const Use = () => <i>{useServerEvents({ url, silenceTimeout: DEAD }).status}</i>
    const openTab = setUpHostedTabs()
    const first = openTab(<Use />, { reconnect })
    await until(() => expect(statuses(first)).toEqual(['connecting', 'open']))
    await pause(200)
    const second = openTab(<Use />, { reconnect })
    await until(() => expect(statuses(second)).toEqual(['connecting', 'open', 'reconnecting', 'open']))
    await pause(500)
    for (const tab of [first, second])
      expect(statuses(tab)).toEqual(['connecting', 'open', 'reconnecting', 'open'])
    expect(requests).toHaveLength(2)
  })

  test('a socket that is silent', async () => {
    const server = await startSocketServer(socket => {
      if (server.sockets.length > 1) setInterval(() => socket.send('{"type":"tick"}'), 50).unref()
    })
    const Use = () => <i>{useSocket({ url: server.url, silenceTimeout: 2_000 }).status}</i>
    const openTab = setUpHostedTabs()
    const first = openTab(<Use />, { reconnect })
    await until(() => expect(statuses(first)).toEqual(['connecting', 'open']))
    await pause(200)
    const second = openTab(<Use />, { reconnect })
    for (const tab of [first, second])
      await until(() => expect(statuses(tab)).toEqual(['connecting', 'open', 'reconnecting', 'open']))
    expect(server.sockets).toHaveLength(2)
  })

  test('a socket whose handshake is not answered', async () => {
    const server = await startSocketServer()
    server.upgrade = 'hang'
    const Use = () => <i>{useSocket({ url: server.url }).status}</i>
    const openTab = setUpHostedTabs()
    const first = openTab(<Use />, { reconnect })
    await until(() => expect(server.requests).toHaveLength(1))
    server.upgrade = 'accept'
    await pause(200)
    const second = openTab(<Use />, { reconnect })
    for (const tab of [first, second])
      await until(() => expect(statuses(tab)).toEqual(['connecting', 'open']))
    expect(server.requests).toHaveLength(2)
  })

  test('a long poll that is not answered', async () => {
    const { url, requests } = await startServer((response, _request, index) => {
      const headers = { 'content-type': 'application/json', etag: `"${index}"` }
      if (index > 0) setTimeout(() => response.writeHead(200, headers).end('{}'), 50)
    })
    const Use = () => <i>{useLongPoll({ url, holdTimeout: DEAD }).status}</i>
    const openTab = setUpHostedTabs()
    const first = openTab(<Use />, { reconnect })
    await until(() => expect(requests).toHaveLength(1))
    await pause(200)
    const second = openTab(<Use />, { reconnect })
    for (const tab of [first, second]) await until(() => expect(statuses(tab)).toContain('open'))
    await until(() => expect(requests.length).toBeGreaterThan(3))
  })
})
