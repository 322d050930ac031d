import { act, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  type AttachToken,
  cursorInQuery,
  type Realtime,
  type RealtimeEvent,
  type RealtimeOptions,
  socketOptions,
  tokenInFirstMessage,
  tokenInHeader,
  tokenInProtocol,
  tokenInQuery,
  UnauthorizedError,
  useLongPoll,
  useMessage,
  usePolling,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
  shareConnections,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { textsIn, watchEverything } from '../support/everythingVisible.ts'
import { type RealtimePage, setUpRealtime } from '../support/setUpRealtime.tsx'
import { createTokenSession } from '../support/tokenSession.ts'
import { emptyTraffic, startWorkerHost, type Traffic } from '../support/workerHost.ts'

const open = setUpRealtime()
const patient = { timeout: 10_000 }
/** A secret in a header of the application's own. */
const API_KEY = 'marked-api-key'

interface Ways {
  socket: AttachToken
  http: AttachToken
}
const authenticate = (token: string) => JSON.stringify({ type: 'authenticate', params: { token } })
const ways: Record<string, Ways> = {
  'in the query': { socket: tokenInQuery(), http: tokenInQuery() },
  'as a subprotocol and in a header': { socket: tokenInProtocol(), http: tokenInHeader() },
  'in the first message and in a header': {
    socket: tokenInFirstMessage(authenticate),
    http: tokenInHeader(),
  },
}

interface Everything {
  at(path: string): string
  ways: Ways
  show(results: Results): void
}

interface Results {
  socket: { error: Error | null }
  events: { error: Error | null }
  longPoll: { error: Error | null }
  polling: { error: Error | null; refetch(): unknown }
  realtime: Realtime
}

/** Uses every hook, and shows all that they give. */
function EveryHook({ at, ways, show }: Everything) {
  const http = { headers: { 'X-Api-Key': API_KEY }, attachToken: ways.http }
  const market = socketOptions({
    url: at('/socket'),
    attachToken: ways.socket,
    recovery: {
      cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
      attach: cursorInQuery(),
      resumed: ({ type, response }) =>
        type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
    },
  })
  const results = {
    socket: useSocket(market),
    query: useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' }, timeout: 300, retry: false }),
    message: useMessage('price', { symbol: 'BTC' }),
    events: useServerEvents({ url: at('/events?comment=50'), silenceTimeout: 400, ...http }),
    longPoll: useLongPoll({ url: at('/long-poll?hold=200'), holdTimeout: 600, ...http }),
    polling: usePolling({ url: at('/poll'), interval: 50, timeout: 500, ...http }),
    realtime: useRealtime(),
  }
  useEffect(() => show(results))
  return <pre>{textsIn(results).join(' ')}</pre>
}

/** The texts that hold a secret, plainly or encoded. */
function markedIn(texts: readonly string[], secrets: readonly string[]): string[] {
  const marks = secrets.flatMap(secret => [secret, Buffer.from(secret).toString('base64')])
  return [...new Set(texts)].filter(text => marks.some(mark => text.includes(mark)))
}

/** All that crosses between a page and the worker. */
interface Sharing {
  share: NonNullable<RealtimeOptions['share']>
  traffic: Traffic
}

/** The real worker, and a page's own line to it. */
function shareWithWorker(): Sharing {
  const host = startWorkerHost()
  const traffic = emptyTraffic()
  Object.defineProperty(navigator, 'locks', { value: host.locks.of({}), configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(navigator, 'locks'))
  return { traffic, share: { worker: shareConnections(() => host.create(traffic)), scope: 'ada' } }
}

/** What may carry a token to the worker: it opens a connection, or renews its token. */
const CARRIERS = ['open', 'request', 'send']

interface Opening extends RealtimeOptions {
  ways: Ways
  at?: (path: string) => string
  isShared?: boolean
}

/** A page with every hook on it, and all that can be seen of it. */
async function openEverything({ ways, at, isShared = false, ...options }: Opening) {
  const visible = watchEverything()
  const sharing = isShared ? shareWithWorker() : undefined
  const session = createTokenSession(() => page, { told: 1_000 })
  const page: RealtimePage = await open({
    heartbeat: { interval: 100, timeout: 200 },
    getToken: session.getToken,
    reauthenticate: authenticate,
    share: sharing?.share,
    ...options,
  })
  let results!: Results
  const show = (given: Results) => {
    results = given
    visible.add(given)
  }
  const own = (path: string) => page.at(`${path}${path.includes('?') ? '&' : '?'}auth=required`)
  const { container } = page.render(<EveryHook ways={ways} at={at ?? own} show={show} />)
  return {
    ...page,
    session,
    visible,
    sharing,
    results: () => results,
    statuses: () => results.realtime.connections.map(({ status }) => status),
    /** The texts with a secret in them. `seen`: a text that must have been seen, or nothing was looked at. */
    leaks: (seen: string, secrets = session.tokens) => {
      visible.add(page.events)
      const { sent = [], received = [] } = sharing?.traffic ?? {}
      const isCarrier = (message: unknown) => CARRIERS.includes((message as { kind: string }).kind)
      visible.add(received, ...sent.filter(message => !isCarrier(message)))
      const texts = visible.texts(container, page.queryClient)
      expect(texts).toContain(seen)
      // What the application itself has put into its options stands there, but no token.
      const kept = visible.toolTexts(container, page.queryClient)
      expect(kept).toContain(API_KEY)
      return [...markedIn(texts, [API_KEY, ...secrets]), ...markedIn(kept, secrets)]
    },
  }
}

type Page = Awaited<ReturnType<typeof openEverything>>

/** The kind of a message that holds a secret. */
const kindsWith = (secrets: readonly string[]) => (message: unknown) =>
  markedIn(textsIn(message), secrets).length > 0 ? [(message as { kind: string }).kind] : []

const refuse = (status: number) => async (page: Page) => {
  await page.fault('refuse', { status, retryAfter: 1 })
  await page.fault('kill')
}
const garbage = (kind: string) => (page: Page) => page.fault('garbage', { kind, count: 2 })
const kill = (code?: number) => (page: Page) => page.fault('kill', { code })

const faults: [string, (page: Page) => Promise<unknown>][] = [
  ['the link is reset', kill()],
  ...[1000, 1008, 1011, 4400, 4401, 4403].map(
    code => [`the socket is closed with ${code}`, kill(code)] as [string, ReturnType<typeof kill>],
  ),
  ['the token ends', page => page.fault('expire-token')],
  ...[400, 401, 403, 404, 409, 410, 429, 500, 503].map(
    status => [`all is answered with ${status}`, refuse(status)] as [string, ReturnType<typeof refuse>],
  ),
  ['the server is away', page => page.fault('down', { ms: 150 })],
  ['the server is silent', page => page.fault('freeze')],
  ...['text', 'proto', 'unknown', 'number-type', 'empty', 'html'].map(
    kind => [`garbage comes: ${kind}`, garbage(kind)] as [string, ReturnType<typeof garbage>],
  ),
  [
    'messages get lost',
    async page => {
      await page.fault('drop', { every: 2 })
      for (let count = 0; count < 4; count++) await page.publish('price', { symbol: 'BTC' }, { last: count })
    },
  ],
  [
    'the history gets lost',
    async page => {
      await page.fault('forget')
      await page.fault('kill')
    },
  ],
]

describe.each([
  ['', false],
  [' while connections are shared', true],
])('no token leaks%s', (_shared, isShared) => {
  test.each(Object.entries(ways))(
    '%s, from any hook, whatever the server does, nor to other tabs or storage (X1, X5)',
    { timeout: 90_000 },
    async (_way, ways) => {
      const page = await openEverything({ ways, isShared })
      const areOpen = (after: string) =>
        waitFor(() => expect(page.statuses(), `after: ${after}`).toEqual(['open', 'open', 'open']), patient)
      await areOpen('the start')
      for (const [name, happen] of faults) {
        const before = page.events.length
        await happen(page)
        const isNoticed = () => {
          const kinds = page.events.slice(before).map(({ kind }) => kind)
          expect(
            kinds.some(kind => kind !== 'token'),
            name,
          ).toBe(true)
        }
        await waitFor(isNoticed, patient)
        expect(page.leaks('reconnecting'), name).toEqual([])
        await page.fault('clear')
        act(() => page.results().realtime.reconnectAll())
        void page.results().polling.refetch()
        await areOpen(name)
      }
      // The second is requested once the first was sent over the open socket.
      const before = page.events.length
      const isRenewal = (event: RealtimeEvent) =>
        event.kind === 'token' && event.reason === 'expiring' && event.connection.transport === 'socket'
      const renewals = () => page.events.slice(before).filter(isRenewal).length
      await waitFor(() => expect(renewals()).toBeGreaterThanOrEqual(2), patient)
      expect(page.session.reasons).toContain('refused')
      expect(page.leaks('expiring')).toEqual([])
      const carriers = new Set(page.sharing?.traffic.sent.flatMap(kindsWith(page.session.tokens)))
      if (isShared) expect([...carriers].filter(kind => kind !== 'request').sort()).toEqual(['open', 'send'])
      // Anything sent to other tabs or stored would outlive the user.
      expect(page.visible.uses).toEqual([])
    },
  )

  const TOKEN = 'marked-token'
  const quoting = (...parts: unknown[]) =>
    new Error(`failed: ${parts.map(part => JSON.stringify(part)).join()}`)
  const throwing: AttachToken = (request, token) => {
    throw quoting(request, token)
  }
  function QuotingWebSocket(url: string, protocols?: string[]) {
    throw quoting(url, protocols)
  }
  const both = (way: AttachToken) => ({ socket: way, http: way })
  const query = both(tokenInQuery())
  const elsewhere = (origin: string) => (path: string) => `${origin}${path}`

  test.each<[string, Partial<Opening>]>([
    ['getToken throws it', { getToken: () => Promise.reject(quoting(TOKEN)) }],
    [
      'getToken says with it that there is no way in',
      { getToken: () => Promise.reject(new UnauthorizedError(TOKEN)) },
    ],
    ['attachToken throws it', { ways: both(throwing) }],
    ['attachToken is for another transport', { ways: { socket: tokenInHeader(), http: tokenInProtocol() } }],
    [
      'no header and no subprotocol can carry it',
      { getToken: () => `${TOKEN}\n@☃`, ways: { socket: tokenInProtocol(), http: tokenInHeader() } },
    ],
    ['the origin is not trusted', { trustedOrigins: [] }],
    [
      'the origin is not encrypted',
      { at: elsewhere('http://api.test'), trustedOrigins: ['http://api.test'] },
    ],
    ['the URL is none', { at: elsewhere('http://[') }],
    ['the scheme is none of ours', { at: elsewhere('ftp://api.test'), trustedOrigins: ['ftp://api.test'] }],
    [
      'the server is unreachable',
      { at: elsewhere('http://127.0.0.1:9'), trustedOrigins: ['http://127.0.0.1:9'] },
    ],
    [
      'fetch and WebSocket throw what they are given',
      { fetch: (...given) => Promise.reject(quoting(...given)), webSocket: QuotingWebSocket as never },
    ],
  ])('where %s (X1)', async (_what, opening) => {
    const page = await openEverything({ ways: query, getToken: () => TOKEN, isShared, ...opening })
    await waitFor(() => {
      const { socket, events, longPoll, polling } = page.results()
      for (const { error } of [socket, events, longPoll, polling]) expect(error).not.toBeNull()
    }, patient)
    expect(page.leaks(page.results().socket.error?.message ?? '', [TOKEN])).toEqual([])
  })

  test('where reauthenticate throws it (X1)', async () => {
    const page = await openEverything({
      ways: query,
      isShared,
      reauthenticate: token => {
        throw quoting(token)
      },
    })
    await waitFor(() => expect(page.events.map(({ kind }) => kind)).toContain('handler-error'), patient)
    expect(page.leaks('handler-error')).toEqual([])
  })
})
