import {
  type GetToken,
  type TokenRequest,
  tokenInQuery,
  UnauthorizedError,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'

const NAMES = ['socket', 'events', 'longPoll'] as const
type TransportName = (typeof NAMES)[number]
const USES: Record<TransportName, (options: { url: string }) => { status: string }> = {
  socket: useSocket,
  events: useServerEvents,
  longPoll: useLongPoll,
}

/** Uses one connection, and shows its status. */
function Use({ transport, url }: { transport: TransportName; url: string }) {
  const { status } = USES[transport]({ url })
  return <i>{status}</i>
}

/** A server that accepts the tokens in a set, and ends what it holds when a token is revoked. */
async function startGuardedServer(transport: TransportName) {
  const valid = new Set<string>()
  /** The tokens of all requests. */
  const seen: string[] = []
  const refused = new Set<string>()
  /** The tokens that came again after the server had refused them. */
  const sentAgain: string[] = []
  const endings: ((code: number) => void)[] = []
  const check = (path: string | undefined): boolean => {
    const token = new URL(path ?? '', 'http://host').searchParams.get('token') ?? ''
    seen.push(token)
    if (refused.has(token)) sentAgain.push(token)
    if (!valid.has(token)) refused.add(token)
    return valid.has(token)
  }
  const sockets = await startSocketServer((socket, { url }) => {
    if (!check(url)) socket.close(4401)
    endings.push(code => socket.close(code))
  })
  const http = await startServer((response, { url }) => {
    if (!check(url)) return void response.writeHead(401).end()
    endings.push(() => response.destroy())
    if (transport === 'events')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n')
    else setTimeout(() => response.writeHead(200, { etag: `"${seen.length}"` }).end('{}'), 50)
  })
  return {
    url: transport === 'socket' ? sockets.url : http.url,
    socketUrl: sockets.url,
    sentAgain,
    valid,
    revokeAll() {
      valid.clear()
      for (const end of endings.splice(0)) end(4401)
    },
    /** Ends what it holds, though the tokens are good. */
    drop() {
      for (const end of endings.splice(0)) end(1012)
    },
  }
}

interface Call {
  tab: string
  reason: TokenRequest['reason']
}

/** A server, and tabs whose applications keep their tokens apart. */
async function setUp(transport: TransportName) {
  const server = await startGuardedServer(transport)
  const openTab = setUpHostedTabs()
  const calls: Call[] = []
  const issue = (tab: string) => {
    const token = `${tab}${calls.length}`
    server.valid.add(token)
    return token
  }
  const open = async (
    name: string,
    onRefused: (refresh: () => string) => ReturnType<GetToken> = refresh => refresh(),
  ) => {
    let current: string | undefined
    const refresh = () => (current = issue(name))
    const getToken: GetToken = ({ reason }) => {
      calls.push({ tab: name, reason })
      return reason === 'refused' ? onRefused(refresh) : (current ?? refresh())
    }
    const tab = openTab(<Use {...{ transport, url: server.url }} />, {
      ...{ getToken, attachToken: tokenInQuery(), trustedOrigins: [server.url] },
      reconnect: { minDelay: 20, maxDelay: 100, stableAfter: 100, connectTimeout: 1_000 },
    })
    const isShown = (status: string) => until(() => expect(tab.container.textContent).toBe(status))
    await isShown('open')
    return { ...tab, isShown, name }
  }
  const refusals = () => calls.flatMap(({ tab, reason }) => (reason === 'refused' ? [tab] : []))
  return { server, open, calls, refusals }
}

/** Lets everything happen that is under way. */
const pass = () => new Promise(resolve => setTimeout(resolve, 300))

describe.each(NAMES)('a token that the server refuses on a shared connection (%s)', transport => {
  const isPoll = transport === 'longPoll'
  /** Each tab sends polls of its own, now and then, so it needs a token of its own later on. */
  const expectRefusals = (found: string[], count: number) => {
    expect(found.length).toBeGreaterThanOrEqual(count)
    if (!isPoll) expect(found).toHaveLength(count)
  }

  test('is replaced by one tab, and the others join the connection that it opens (T16)', async () => {
    const { server, open, refusals } = await setUp(transport)
    const tabs = [await open('a'), await open('b'), await open('c')]
    server.revokeAll()
    await until(() => expect(refusals().length).toBeGreaterThan(0))
    await pass()
    for (const tab of tabs) await tab.isShown('open')
    expectRefusals(refusals(), 1)
    expect(new Set(refusals()).size).toBe(refusals().length)
  })

  test('is requested again by one tab, be it another one, if the first call fails', async () => {
    const { server, open, refusals } = await setUp(transport)
    let count = 0
    const onRefused = (refresh: () => string) => {
      if (count++ === 0) throw new Error('The session server is away.')
      return refresh()
    }
    const tabs = [await open('a', onRefused), await open('b', onRefused), await open('c', onRefused)]
    server.revokeAll()
    await until(() => expect(refusals().length).toBeGreaterThan(1))
    await pass()
    for (const tab of tabs) await tab.isShown('open')
    expectRefusals(refusals(), 2)
  })

  test('is replaced by another tab if the first one waits for a token without end', async () => {
    const { server, open, refusals } = await setUp(transport)
    let count = 0
    const onRefused = (refresh: () => string) =>
      count++ === 0 ? new Promise<string>(() => undefined) : refresh()
    const tabs = [await open('a', onRefused), await open('b', onRefused)]
    server.revokeAll()
    await until(() => expect(new Set(refusals()).size).toBe(2), 10_000)
    for (const tab of tabs) await tab.isShown('open')
  })

  test('is not sent again by a tab that has joined, which replaces it once it has to open the connection itself', async () => {
    const { server, open, refusals } = await setUp(transport)
    const tabs = [await open('a'), await open('b')]
    server.revokeAll()
    await until(() => expect(refusals().length).toBeGreaterThan(0))
    await pass()
    const [winner] = refusals()
    const [first, second] = winner === 'a' ? tabs : [tabs[1]!, tabs[0]!]
    await second!.isShown('open')
    first!.unmount()
    server.drop()
    await until(() => expect(new Set(refusals()).size).toBe(2))
    await pass()
    await second!.isShown('open')
    expect(server.sentAgain).toEqual([])
  })

  test('and whose successors are refused, too, fails all tabs, each of which tries at most twice (T16)', async () => {
    const { server, open, refusals } = await setUp(transport)
    const tabs = [await open('a', () => 'wrong'), await open('b', () => 'wrong')]
    server.revokeAll()
    for (const tab of tabs) await tab.isShown('failed')
    for (const name of ['a', 'b'])
      expect(refusals().filter(tab => tab === name).length).toBeLessThanOrEqual(2)
  })

  test('fails each tab whose user is not signed in any more, and nothing is sent', async () => {
    const { server, open, refusals } = await setUp(transport)
    const signedOut = () => Promise.reject(new UnauthorizedError())
    const tabs = [await open('a', signedOut), await open('b', signedOut)]
    server.revokeAll()
    for (const tab of tabs) await tab.isShown('failed')
    expect(refusals().sort()).toEqual(['a', 'b'])
  })
})

describe('a token that the server refuses again and again', () => {
  const Both = ({ url, socketUrl }: { url: string; socketUrl: string }) => (
    <i>
      {useSocket({ url: socketUrl }).status} {useServerEvents({ url }).status}
    </i>
  )

  /** Two tabs of one session, each with a socket and a stream. */
  async function setUpSession(isShared: boolean) {
    const server = await startGuardedServer('events')
    const openTab = setUpHostedTabs()
    let count = 0
    let token = ''
    let refreshedAt = 0
    const refresh = () => {
      token = `t${++count}`
      refreshedAt = performance.now()
      server.valid.add(token)
      return token
    }
    refresh()
    refreshedAt = -Infinity
    const open = () => {
      const getToken: GetToken = async ({ reason }) => {
        await new Promise(resolve => setTimeout(resolve, 20))
        // Another tab may have refreshed it just now. Rounds are further apart.
        const isFresh = performance.now() - refreshedAt < 200
        return reason === 'refused' && !isFresh ? refresh() : token
      }
      return openTab(<Both {...server} />, {
        ...{ getToken, attachToken: tokenInQuery(), trustedOrigins: [server.url, server.socketUrl] },
        reconnect: { minDelay: 20, maxDelay: 100, stableAfter: 100, connectTimeout: 1_000 },
        ...(!isShared && { share: false as const }),
      })
    }
    return { server, tabs: [open(), open()], refreshes: () => count - 1 }
  }

  test.each([
    ['shared', true],
    ['not shared', false],
  ])(
    'is replaced each time, though the tab has a token of another connection (%s)',
    async (_name, isShared) => {
      const { server, tabs, refreshes } = await setUpSession(isShared)
      const openings = ({ events }: (typeof tabs)[number]) =>
        events.filter(event => event.kind === 'status' && event.status === 'open').length
      const isOver = (round: number) =>
        until(() => expect(Math.min(...tabs.map(openings))).toBeGreaterThanOrEqual(2 * (round + 1)))
      await isOver(0)
      for (let round = 1; round <= 5; round++) {
        server.revokeAll()
        await isOver(round)
        await pass()
        expect(tabs.map(tab => tab.container.textContent)).toEqual(['open open', 'open open'])
        expect(refreshes()).toBeGreaterThanOrEqual(round)
      }
    },
  )
})
