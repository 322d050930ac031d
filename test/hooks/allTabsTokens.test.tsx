import {
  type GetToken,
  type IssuedToken,
  type RealtimeOptions,
  tokenInFirstMessage,
  tokenInHeader,
  tokenInProtocol,
  tokenInQuery,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { useEffect } from 'react'
import { describe, expect, test } from 'vitest'
import { type Answer, startServer } from '../support/httpServer.ts'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'

type Hook = (options: { url: string }) => { status: string }
type TransportName = 'socket' | 'events' | 'longPoll'
const USES: Record<TransportName, Hook> = {
  socket: useSocket,
  events: useServerEvents,
  longPoll: useLongPoll,
}

interface UseProps {
  transport: TransportName
  url: string
}

/** Uses one connection, and shows its status. */
function Use({ transport, url }: UseProps) {
  const { status } = USES[transport]({ url })
  return <i>{status}</i>
}

const authenticate = (token: string) => JSON.stringify({ type: 'authenticate', params: { token } })

const answering: Answer = (response, _request, index) => {
  const answer = () =>
    response.writeHead(200, { 'content-type': 'application/json', etag: `"${index}"` }).end('{}')
  setTimeout(answer, 50)
}
const streaming: Answer = response => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n')
}

describe('a token', () => {
  const MARKS = ['marked-a', 'marked-b']
  const markedIn = (messages: readonly unknown[]) =>
    messages.flatMap(message => {
      const text = JSON.stringify(message)
      const { kind } = message as { kind: string }
      return MARKS.flatMap(mark => (text.includes(mark) ? [`${kind} ${mark}`] : []))
    })

  test.each([
    ['the query of a socket', 'socket', tokenInQuery()],
    ['a subprotocol', 'socket', tokenInProtocol()],
    ['the first message of a socket', 'socket', tokenInFirstMessage(authenticate)],
    ['the query of an event stream', 'events', tokenInQuery()],
    ['a header of an event stream', 'events', tokenInHeader()],
    ['the query of a long poll', 'longPoll', tokenInQuery()],
    ['a header of a long poll', 'longPoll', tokenInHeader()],
  ] as const)(
    'in %s crosses to the worker in the message that opens the connection, and never to another tab (X1, X5)',
    async (_what, transport, attachToken) => {
      const server = transport === 'socket' ? await startSocketServer() : undefined
      const http = await startServer(transport === 'events' ? streaming : answering)
      const url = server?.url ?? http.url
      const openTab = setUpHostedTabs()
      const open = async (mark: string) => {
        const options: RealtimeOptions = { getToken: () => mark, attachToken, trustedOrigins: [url] }
        const tab = openTab(<Use {...{ transport, url }} />, options)
        await until(() => expect(tab.container.textContent).toBe('open'))
        return tab
      }
      const [first, second] = [await open('marked-a'), await open('marked-b')]
      await until(() => expect(second.traffic.received.length).toBeGreaterThan(1))
      expect(new Set(markedIn(first.traffic.sent))).toEqual(new Set(['open marked-a']))
      expect(new Set(markedIn(second.traffic.sent))).toEqual(new Set(['open marked-b']))
      expect(markedIn([...first.traffic.received, ...second.traffic.received])).toEqual([])
    },
  )

  test('that reauthenticate sends crosses to the worker in that message, and never to another tab (X1, X5)', async () => {
    const received: string[] = []
    const server = await startSocketServer(socket =>
      socket.on('message', (data: Buffer) => received.push(String(data))),
    )
    const openTab = setUpHostedTabs()
    let issued = 0
    const first = openTab(<Use transport="socket" url={server.url} />, {
      getToken: () => ({ token: `marked-a${++issued}`, expiresIn: 1_200 }),
      reauthenticate: authenticate,
      trustedOrigins: [server.url],
    })
    await until(() => expect(first.container.textContent).toBe('open'))
    const second = openTab(<Use transport="socket" url={server.url} />)
    await until(() => expect(received).toEqual([authenticate('marked-a2')]))
    expect(markedIn(first.traffic.sent)).toEqual(['open marked-a', 'send marked-a'])
    expect(markedIn([...first.traffic.received, ...second.traffic.received])).toEqual([])
  })
})

describe('the token of a shared socket', () => {
  async function setUp() {
    const received: string[] = []
    const server = await startSocketServer(socket =>
      socket.on('message', (data: Buffer) => received.push(String(data))),
    )
    const openTab = setUpHostedTabs()
    const open = async (name: string, expiresIn: number) => {
      const reasons: string[] = []
      const getToken: GetToken = ({ reason }): IssuedToken => {
        reasons.push(reason)
        return { token: `${name}${reasons.length}`, expiresIn }
      }
      const tab = openTab(<Use transport="socket" url={server.url} />, {
        ...{ getToken, reauthenticate: token => token, trustedOrigins: [server.url] },
      })
      await until(() => expect(tab.container.textContent).toBe('open'))
      return { ...tab, reasons }
    }
    return { open, received, server }
  }

  test('is renewed by one tab, the one that has sent it', async () => {
    const { open, received } = await setUp()
    const tabs = [await open('a', 1_200), await open('b', 1_200), await open('c', 1_200)]
    await until(() => expect(received).toEqual(['a2', 'a3']))
    expect(tabs.map(({ reasons }) => reasons)).toEqual([
      ['connect', 'expiring', 'expiring'],
      ['connect'],
      ['connect'],
    ])
  })

  test('is replaced by that of the next tab as soon as the tab that has sent it is closed, and renewed from then on (T14)', async () => {
    const { open, received, server } = await setUp()
    const first = await open('a', 60_000)
    const second = await open('b', 2_000)
    first.unmount()
    await until(() => expect(received).toEqual(['b1', 'b2']))
    expect(second.reasons).toEqual(['connect', 'expiring'])
    expect(server.sockets).toHaveLength(1)
  })

  test('is replaced by a fresh one if the next tab has none that is still good', async () => {
    const { open, received } = await setUp()
    const first = await open('a', 60_000)
    const second = await open('b', 30)
    await new Promise(resolve => setTimeout(resolve, 50))
    first.unmount()
    await until(() => expect(received).toEqual(['b2']))
    expect(second.reasons).toEqual(['connect', 'expiring'])
  })
})

const openSite = setUpRealtime()

test('the tab that has sent the token is closed, and the server does not end the socket when that token ends (T14)', async () => {
  const site = await openSite()
  const openTab = setUpHostedTabs()
  const url = site.at('/socket?auth=required')
  const statuses: string[] = []
  const tokens: string[] = []
  function Watched() {
    const { status } = useSocket({ url })
    useEffect(() => void statuses.push(status), [status])
    return <i>{status}</i>
  }
  const open = async (ttl: number) => {
    const getToken = async () => {
      const { token } = (await site.post('/token', { ttl })) as { token: string }
      tokens.push(token)
      return { token, expiresIn: ttl }
    }
    const tab = openTab(<Watched />, {
      ...{ getToken, attachToken: tokenInQuery(), reauthenticate: authenticate, trustedOrigins: [url] },
    })
    await until(() => expect(tab.container.textContent).toBe('open'))
    return tab
  }
  const first = await open(2_000)
  const second = await open(60_000)
  first.unmount()
  const hasEnded = async () => {
    const headers = { Authorization: `Bearer ${tokens[0]}` }
    expect((await fetch(site.at('/poll?auth=required'), { headers })).status).toBe(401)
  }
  await until(hasEnded, 10_000)
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(second.container.textContent).toBe('open')
  expect(statuses).not.toContain('reconnecting')
  expect((await site.clients()).opened.socket).toBe(1)
})
