import { screen, waitFor } from '@testing-library/react'
import {
  type Protocol,
  socketOptions,
  sourceOptions,
  type SourceLink,
  type SourceOptions,
  useSocket,
  useSource,
  useSubscription,
} from 'react-query-realtime'
import { expect, onTestFinished, test } from 'vitest'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()

function Light({ source }: { source: SourceOptions }) {
  const { status, error } = useSource(source)
  return <p role="status">{error ? `${status}: ${error.message}` : status}</p>
}

const reaches = (status: string | RegExp) =>
  waitFor(() => {
    const { textContent } = screen.getByRole('status')
    expect(textContent).toMatch(status)
  })

test('a source whose connect is async fails with an error that says so', async () => {
  const { render } = await open()
  const connect = () => Promise.resolve({ close: () => undefined })
  render(<Light source={sourceOptions({ id: 'async', connect: connect as never })} />)
  await reaches(/^failed: \S+: "connect" returned a promise\./)
})

test('a source whose async connect rejects causes no unhandled rejection', async () => {
  const { render } = await open()
  const connect = () => Promise.reject(new Error('secret'))
  render(<Light source={sourceOptions({ id: 'rejects', connect: connect as never })} />)
  await reaches(/^failed: \S+: "connect" returned a promise\./)
  expect(screen.getByRole('status').textContent).not.toContain('secret')
})

test('a source whose close throws is retried all the same, and the error is thrown in a task of its own', async () => {
  const { render } = await open()
  const links: SourceLink[] = []
  let isBroken = true
  const source = sourceOptions({
    id: 'stubborn',
    connect(link) {
      links.push(link)
      link.ready()
      return {
        close() {
          if (isBroken) throw new Error('cannot close')
        },
      }
    },
  })
  render(<Light source={source} />)
  await reaches('open')
  const thrown: unknown[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', error => thrown.push(error.message))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
  })
  links.at(-1)?.fail(1006)
  await waitFor(() => expect(links).toHaveLength(2))
  await reaches('open')
  expect(thrown).toEqual(['cannot close'])
  isBroken = false
})

test('a source that is ready, receives and fails at once, while it connects', async () => {
  const { render, queryClient } = await open()
  const calls: string[] = []
  let attempts = 0
  const source = sourceOptions({
    id: 'hasty',
    connect(link) {
      const attempt = ++attempts
      if (attempt === 1) link.fail(1006)
      link.ready()
      link.receive({ type: 'tick', response: attempt })
      if (attempt === 2) link.fail(1006)
      return { close: () => calls.push(`close ${attempt}`) }
    },
  })
  function Tick() {
    return <i>{String(useSubscription(source, { type: 'tick' }).data)}</i>
  }
  const view = render([<Light key="a" source={source} />, <Tick key="b" />])
  await waitFor(() => expect(screen.getByText('3')).toBeTruthy())
  await reaches('open')
  view.unmount()
  await waitFor(() => expect(calls).toEqual(['close 1', 'close 2', 'close 3']))
  expect(queryClient.isFetching()).toBe(0)
})

test('a source without send refuses to send and to request', async () => {
  const { render } = await open()
  const source = sourceOptions({
    id: 'mute',
    connect(link) {
      link.ready()
      return { close: () => undefined }
    },
  })
  const results: unknown[] = []
  function Sender() {
    const { status, send, request } = useSource(source)
    return (
      <button
        onClick={() => {
          try {
            send({ type: 'wave' })
          } catch (error) {
            results.push((error as Error).name)
          }
          request({ type: 'ask' }).catch((error: unknown) => results.push((error as Error).name))
        }}
      >
        {status}
      </button>
    )
  }
  render(<Sender />)
  await waitFor(() => expect(screen.getByRole('button').textContent).toBe('open'))
  screen.getByRole('button').click()
  await waitFor(() => expect(results).toEqual(['ConfigurationError', 'ConfigurationError']), {
    timeout: 3_000,
  })
})

async function renderProtocol(protocol: Protocol) {
  const page = await open()
  const server = await startSocketServer()
  const socket = socketOptions({ url: server.url, protocol })
  function Status() {
    const { status, error } = useSocket(socket)
    return <p role="status">{error ? `${status}: ${error.message}` : status}</p>
  }
  const view = page.render(<Status />)
  return { ...page, server, view }
}

const session = { parse: () => undefined, serialize: () => '' }

test.each([
  ['nothing', () => undefined, '"protocol" returned undefined.'],
  ['a promise', () => Promise.resolve(session), '"protocol" returned a promise.'],
  ['a promise that rejects', () => Promise.reject(new Error('secret')), '"protocol" returned a promise.'],
  [
    'a session whose greet is async and rejects',
    () => ({ ...session, greet: () => Promise.reject(new TypeError('secret')) }),
    '"protocol.greet" threw (TypeError).',
  ],
])('a protocol that returns %s fails with an error that says so', async (_name, protocol, message) => {
  await renderProtocol(protocol as never)
  await reaches(`failed: /: ${message}`)
  expect(screen.getByRole('status').textContent).not.toContain('secret')
})

test.each([0, -1, NaN, Infinity, undefined])(
  'a rhythm of %s, as a server may dictate, means no heartbeats',
  async interval => {
    const { server } = await renderProtocol(link => {
      link.heartbeat({ interval: interval as number })
      return { ...session, serialize: ({ kind }) => kind }
    })
    const sent: unknown[] = []
    await reaches('open')
    server.sockets[0]?.on('message', data => sent.push(data))
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(sent).toEqual([])
    expect(server.sockets).toHaveLength(1)
  },
)
