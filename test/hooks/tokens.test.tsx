import { act, screen, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  type GetToken,
  type SocketOptions,
  type SocketResult,
  tokenInFirstMessage,
  UnauthorizedError,
  useLongPoll,
  usePolling,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { type RealtimePage, setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { createTokenSession } from '../support/tokenSession.ts'

const open = setUpRealtime()
const patient = { timeout: 15_000 }
const authenticate = (token: string) => JSON.stringify({ type: 'authenticate', params: { token } })

/** Shows the status and lets the test access the hook's result. */
function Light({ options, take }: { options: SocketOptions; take?: (socket: SocketResult) => void }) {
  const socket = useSocket(options)
  useEffect(() => {
    take?.(socket)
  })
  return <i role="status">{socket.status}</i>
}

const statuses = () => screen.getAllByRole('status').map(node => node.textContent)
const isShown = (status: string) => waitFor(() => expect(statuses()).toContain(status), patient)

/** A page and a session of it. */
async function signIn(times?: { ttl: number; told: number }) {
  const session = createTokenSession(() => page, times)
  const page: RealtimePage = await open({ getToken: session.getToken })
  return { ...page, ...session }
}

describe('a token that expires on an open socket', () => {
  // The client gets a shorter lifetime than the real one, so that a busy machine is still in time.
  const SHORT = { ttl: 5_000, told: 1_500 }

  test('is replaced in band, and the socket stays open (A8)', async () => {
    const page = await signIn(SHORT)
    let socket!: SocketResult
    const options = {
      url: page.at('/socket?auth=required'),
      attachToken: tokenInFirstMessage(authenticate),
      reauthenticate: authenticate,
    }
    page.render(<Light options={options} take={given => (socket = given)} />)
    await isShown('open')
    const first = page.tokens[0] ?? ''
    const hasEnded = async () => {
      const headers = { Authorization: `Bearer ${first}` }
      const { status } = await fetch(page.at('/poll?auth=required'), { headers })
      expect(status).toBe(401)
    }
    await waitFor(hasEnded, patient)
    await expect(socket.request({ type: 'echo', params: 'still here' })).resolves.toBe('still here')
    expect(statuses()).toEqual(['open'])
    expect((await page.clients()).opened.socket).toBe(1)
    expect(page.tokens.length).toBeGreaterThanOrEqual(2)
    expect(new Set(page.reasons.slice(1))).toEqual(new Set(['expiring']))
  })

  test("is fetched once for all sockets, and each sends it with its own reauthenticate or the provider's (A8)", async () => {
    const heard: Record<string, string[]> = {}
    const server = await startSocketServer((socket, { url = '' }) => {
      const name = new URL(url, 'ws://host').pathname
      socket.on('message', (data: Buffer) => (heard[name] ??= []).push(data.toString()))
    })
    const reasons: string[] = []
    let issued = 1
    const page = await open({
      trustedOrigins: [server.url],
      getToken: ({ reason }) => {
        reasons.push(reason)
        if (reason !== 'connect') issued++
        return { token: `token ${issued}`, expiresIn: 1_000 }
      },
      reauthenticate: token => `provider: ${token}`,
    })
    page.render(
      [{}, {}, { reauthenticate: (token: string) => `hook: ${token}` }].map((own, index) => (
        <Light key={index} options={{ url: `${server.url}${index}`, ...own }} />
      )),
    )
    await waitFor(() => {
      for (const name of ['/0', '/1', '/2']) expect(heard[name]?.length).toBeGreaterThanOrEqual(2)
    }, patient)
    const [first, second, third] = ['/0', '/1', '/2'].map(name => heard[name]?.slice(0, 2))
    expect(first).toEqual(['provider: token 2', 'provider: token 3'])
    expect(second).toEqual(first)
    expect(third).toEqual(['hook: token 2', 'hook: token 3'])
    expect(server.sockets).toHaveLength(3)
  })

  test('is not replaced in band without reauthenticate: the server closes, and the reconnect uses a fresh token', async () => {
    const page = await signIn({ ttl: 1_000, told: 1_000 })
    page.render(<Light options={{ url: page.at('/socket?auth=required') }} />)
    await waitFor(async () => expect((await page.clients()).opened.socket).toBeGreaterThanOrEqual(2), patient)
    await isShown('open')
    expect(page.reasons).not.toContain('expiring')
  })
})

describe('getToken', () => {
  test('that throws is called again after the backoff, and the error is shown (A1)', async () => {
    let isDown = true
    const errors: unknown[] = []
    const page = await open({
      getToken: () => {
        if (isDown) throw new Error('down')
        return 'token'
      },
    })
    page.render(<Light options={{ url: page.at('/socket') }} take={({ error }) => errors.push(error)} />)
    await isShown('connecting')
    await waitFor(() => {
      expect(errors.at(-1)).toMatchObject({ name: 'ConnectionFailedError', failureKind: 'token' })
    }, patient)
    isDown = false
    await isShown('open')
    expect((await page.clients()).opened.socket).toBe(1)
  })

  test('that throws an UnauthorizedError fails the connection, and nothing is sent (A2)', async () => {
    const getToken = vi.fn(() => {
      throw new UnauthorizedError()
    })
    const page = await open({ getToken })
    let error: unknown
    page.render(<Light options={{ url: page.at('/socket') }} take={socket => (error = socket.error)} />)
    await isShown('failed')
    expect(error).toMatchObject({ name: 'UnauthorizedError', code: 'unauthorized' })
    expect(getToken).toHaveBeenCalledTimes(1)
    expect((await page.clients()).opened.socket).toBe(0)
  })

  test.each([null, ''])('that returns %j opens anonymously (A3)', async token => {
    const server = await startSocketServer()
    const page = await open({ getToken: () => token })
    page.render(<Light options={{ url: server.url }} />)
    await isShown('open')
    expect(server.requests.map(({ url }) => url)).toEqual(['/'])
  })

  test('is called once when twenty hooks of all transports are rejected at once (A5)', async () => {
    const page = await signIn()
    const url = (path: string, index: number) => page.at(`${path}?auth=required&n=${index}`)
    function Events({ index }: { index: number }) {
      return <i role="status">{useServerEvents({ url: url('/events', index) }).status}</i>
    }
    function LongPoll({ index }: { index: number }) {
      return <i role="status">{useLongPoll({ url: url('/long-poll', index) }).status}</i>
    }
    function Poll({ index }: { index: number }) {
      const { data, error } = usePolling({ url: url('/poll', index), interval: 50 })
      return <i role="status">{error?.name ?? (data ? 'open' : 'connecting')}</i>
    }
    page.render(
      Array.from({ length: 5 }, (_, index) => [
        <Light key={`s${index}`} options={{ url: url('/socket', index) }} />,
        <Events key={`e${index}`} index={index} />,
        <LongPoll key={`l${index}`} index={index} />,
        <Poll key={`p${index}`} index={index} />,
      ]),
    )
    const areOpen = () =>
      waitFor(() => expect(statuses()).toEqual(Array.from({ length: 20 }, () => 'open')), patient)
    await areOpen()
    await page.fault('expire-token')
    await waitFor(async () => expect((await page.clients()).opened.socket).toBe(10), patient)
    await areOpen()
    expect(page.reasons.filter(reason => reason === 'refused')).toHaveLength(1)
    expect(page.tokens).toHaveLength(2)
  })
})

describe('a rejected token', () => {
  test('that is rejected twice fails with a clear error, and reconnect() works after a new login (A6)', async () => {
    let login: GetToken = () => 'wrong'
    const asked: string[] = []
    const page = await open({
      getToken: request => {
        asked.push(request.reason)
        return login(request)
      },
    })
    let socket!: SocketResult
    page.render(
      <Light options={{ url: page.at('/socket?auth=required') }} take={given => (socket = given)} />,
    )
    await isShown('failed')
    expect(socket.error).toBeInstanceOf(UnauthorizedError)
    expect(socket.error?.message).toMatch(/sign in again.*reconnect\(\)/i)
    expect(asked).toEqual(['connect', 'refused'])
    login = createTokenSession(() => page).getToken
    act(() => socket.reconnect())
    await isShown('open')
    expect(asked).toEqual(['connect', 'refused', 'connect'])
  })
})

test('a token in the first message is sent before the queue, also after a reconnect', async () => {
  const heard: string[][] = []
  const server = await startSocketServer(socket => {
    const own: string[] = []
    heard.push(own)
    socket.on('message', (data: Buffer) => own.push(data.toString()))
  })
  const page = await open({ getToken: () => 'secret', trustedOrigins: [server.url] })
  let socket!: SocketResult
  const options = { url: server.url, attachToken: tokenInFirstMessage(token => `token: ${token}`) }
  function Eager() {
    const { send } = useSocket(options)
    useEffect(() => void send('queued'), [send])
    return <Light options={options} take={given => (socket = given)} />
  }
  page.render(<Eager />)
  await waitFor(() => expect(heard[0]?.slice(0, 2)).toEqual(['token: secret', 'queued']), patient)
  server.upgrade = 503
  server.sockets[0]?.terminate()
  await isShown('reconnecting')
  expect(socket.send('while away')).toBe(true)
  server.upgrade = 'accept'
  await waitFor(() => expect(heard[1]).toEqual(['token: secret', 'while away']), patient)
})
