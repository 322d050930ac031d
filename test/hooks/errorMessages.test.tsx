import { act, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import {
  append,
  type RealtimeEvent,
  type RealtimeProviderProps,
  type SocketOptions,
  type SocketResult,
  useLongPoll,
  usePolling,
  useServerEvents,
  useSocket,
  useSocketQuery,
  useSource,
  useSubscription,
} from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { renderLive } from './pollingSetup.tsx'

const QUICK = { minDelay: 10, maxDelay: 40 }
/** See test/docs/errors.test.ts. */
const ERRORS_PAGE = 'https://MAINTAINER.github.io/react-query-realtime/reference/errors'
const QUERY = '?ticket=secret#secret'

/** Renders a hook that may fail, and returns the latest error that it showed. */
function showError(use: () => Error | null, provider: RealtimeProviderProps = {}) {
  const shown: { error: Error | null } = { error: null }
  const events: RealtimeEvent[] = []
  const Reader = () => {
    shown.error = use() ?? shown.error
    return null
  }
  renderLive(<Reader />, { reconnect: QUICK, onEvent: event => events.push(event), ...provider })
  const error = async () => {
    await waitFor(() => expect(shown.error).not.toBeNull())
    return shown.error!
  }
  return { error, events }
}

/** A message for humans: the path, what is wrong, and a link; also where a console prints it, in the stack. */
function expectReadable(error: Error, place: string, text: RegExp, code: string) {
  expect(error.message).toMatch(text)
  expect(error.message.startsWith(`${place}: `)).toBe(true)
  expect(error.message.split(place)).toHaveLength(2)
  expect(error.message.endsWith(` See ${ERRORS_PAGE}#${code}`)).toBe(true)
  expect(error.stack).toContain(error.message)
  expect(`${error.message} ${error.stack}`).not.toContain('secret')
}

const withCredentials = (url: string, path: string) => url.replace('//', '//secret:secret@') + path + QUERY

test.each([
  ['useServerEvents', (url: string) => useServerEvents({ url }).error],
  ['useLongPoll', (url: string) => useLongPoll({ url }).error],
])(
  '%s: a refused request names the path without query and credentials, and links the docs',
  async (_, use) => {
    const { url } = await startServer(response => response.writeHead(404).end())
    const { error } = showError(() => use(withCredentials(url, 'live/orders')), { fetch: withoutCredentials })
    expectReadable(await error(), '/live/orders', /HTTP status 404/, 'connection-failed')
  },
)

/** `fetch` refuses a URL with credentials. */
const withoutCredentials = (url: string, init: RequestInit) => fetch(url.replace('secret:secret@', ''), init)

test('usePolling: a failed poll names the path of its URL, relative to baseUrl too', async () => {
  const { url } = await startServer(response => response.writeHead(404).end())
  const { error } = showError(() => usePolling({ url: `/orders${QUERY}`, interval: 60_000 }).error, {
    baseUrl: url,
  })
  expectReadable(await error(), '/orders', /HTTP status 404/, 'connection-failed')
})

test('a closed socket, and one that gave up, name the path once', async () => {
  const { url } = await startSocketServer(socket => socket.close(1011))
  const { error, events } = showError(() => useSocket({ url: `${url}live${QUERY}` }).error, {
    reconnect: { ...QUICK, maxRetries: 2 },
  })
  await waitFor(() => expect(JSON.stringify(events)).toContain('"failed"'))
  expectReadable(await error(), '/live', /Gave up after 2 retries.*code 1011/, 'connection-failed')
})

test('a socket whose url is a function, and a source, are named by their id: the URL may be a secret', async () => {
  const { url } = await startSocketServer(socket => socket.close(4403))
  const socket = showError(() => useSocket({ id: 'desk', url: () => `${url}secret` }).error)
  expectReadable(await socket.error(), 'desk', /4403/, 'connection-failed')
  const source = showError(
    () =>
      useSource({
        id: 'bus',
        connect: ({ fail }) => {
          fail(4403)
          return { close: () => undefined }
        },
      }).error,
  )
  expectReadable(await source.error(), 'bus', /4403/, 'connection-failed')
})

test('options that cannot work name the path as well', async () => {
  const { url } = await startServer(response => response.end())
  const { error } = showError(() => useServerEvents({ url: `${url}live${QUERY}` }).error, {
    getToken: () => 'secret',
    trustedOrigins: [],
  })
  expectReadable(await error(), '/live', /No token is sent to http/, 'untrusted-origin')
})

test('a refused token names the path', async () => {
  const { url } = await startSocketServer(socket => socket.close(4401))
  const { error } = showError(() => useSocket({ url: `${url}live` }).error, {
    getToken: () => 'secret',
    trustedOrigins: [url],
  })
  await waitFor(async () => expect((await error()).message).toMatch(/twice/))
  expectReadable(await error(), '/live', /refused the token twice.*4401.*Sign in/, 'unauthorized')
})

test('a heartbeat without a reply asks whether the server replies to it', async () => {
  const { url } = await startSocketServer()
  const { error } = showError(() => useSocket({ url: `${url}live` }).error, {
    heartbeat: { interval: 20, timeout: 20 },
  })
  expectReadable(await error(), '/live', /Nothing was received.*reply to the heartbeat/, 'connection-failed')
})

test('a silent event stream asks whether the server sends comments', async () => {
  const { url } = await startServer(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
  })
  const { error } = showError(() => useServerEvents({ url: `${url}live`, silenceTimeout: 50 }).error)
  expectReadable(await error(), '/live', /Nothing was received.*a comment/, 'connection-failed')
})

/** Renders one socket, and returns its functions. */
async function openSocket(
  options: (url: string) => SocketOptions,
  answer: Parameters<typeof startSocketServer>[0],
) {
  const server = await startSocketServer(answer)
  let result!: SocketResult
  const { events } = showError(() => {
    const socket = useSocket(options(`${server.url}live${QUERY}`))
    useEffect(() => void (result = socket))
    return socket.status === 'open' ? null : null
  })
  await waitFor(() => expect(server.sockets).toHaveLength(1))
  return { server, events, socket: () => result }
}

const thrownBy = async (call: () => unknown): Promise<Error> => {
  try {
    await call()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}

test('a request without a reply names its type and says what a reply must carry', async () => {
  const { socket } = await openSocket(
    url => ({ url }),
    () => undefined,
  )
  const error = await thrownBy(() => socket().request({ type: 'order.create' }, { timeout: 50 }))
  const text = /"order\.create" within 50 ms\..*the same "type" and "params".*"id".*"re"/
  expectReadable(error, '/live', text, 'request-timeout')
})

test('a refused request and a lost one name the path', async () => {
  const { socket, server } = await openSocket(
    url => ({ url }),
    ws => ws.on('message', () => ws.send(JSON.stringify({ type: 'a', error: 'secret' }))),
  )
  expectReadable(
    await thrownBy(() => socket().request({ type: 'a' })),
    '/live',
    /"a" with an error/,
    'request-failed',
  )
  server.sockets[0]!.removeAllListeners('message')
  const lost = thrownBy(() => socket().request({ type: 'b' }))
  await new Promise(resolve => server.sockets[0]!.once('message', resolve))
  server.sockets[0]!.terminate()
  expectReadable(await lost, '/live', /was lost/, 'connection-lost')
})

test.each([
  ['useSocketQuery', useSocketQuery],
  ['useSubscription', useSubscription],
])('%s: a refusal names the path', async (_, use) => {
  const { url } = await startSocketServer(ws =>
    ws.on('message', () => ws.send(JSON.stringify({ type: 'a', error: 'secret' }))),
  )
  const { error } = showError(() => use({ url: `${url}live` }, { type: 'a' }).error)
  expectReadable(await error(), '/live', /"a" with an error/, 'request-failed')
})

test('an abort of the application stays as it is', async () => {
  const { socket } = await openSocket(
    url => ({ url }),
    () => undefined,
  )
  const reason = new Error('Changed my mind.')
  const controller = new AbortController()
  const aborted = thrownBy(() => socket().request({ type: 'a' }, { signal: controller.signal }))
  controller.abort(reason)
  expect(await aborted).toBe(reason)
  expect(reason.message).toBe('Changed my mind.')
})

test('a warning names the path and links the docs, and so does the error of a handler', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const { server, events } = await openSocket(
    url => ({
      url,
      on: { row: (_message: unknown, cache) => cache.setQueryData(['rows'], append([1], { max: -1 })) },
    }),
    () => undefined,
  )
  act(() => server.sockets[0]!.send(JSON.stringify({ type: 'row', response: 1 })))
  act(() => server.sockets[0]!.send(JSON.stringify({ type: 'unheard' })))
  await waitFor(() => expect(warn.mock.calls).toHaveLength(2))
  for (const [text] of warn.mock.calls) {
    expect(text).toMatch(/^react-query-realtime: \/live: .* See \S+#warnings$/)
    expect(text).not.toContain('secret')
  }
  const [failure] = events.filter(({ kind }) => kind === 'handler-error') as { error: Error }[]
  expectReadable(failure!.error, '/live', /max of append/, 'configuration')
  warn.mockRestore()
})

test('an error of the application with a message of its own gets no link', async () => {
  const { UnauthorizedError } = await import('react-query-realtime')
  const { error } = showError(
    () =>
      usePolling({
        queryKey: ['me'],
        queryFn: () => Promise.reject(new UnauthorizedError('Please sign in.')),
        interval: 60_000,
      }).error,
  )
  expect((await error()).message).toBe('Please sign in.')
})
