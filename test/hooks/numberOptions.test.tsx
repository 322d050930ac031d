import { screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { useLongPoll, usePolling, useServerEvents, useSocket, useSocketQuery } from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { pass, renderLive, useFakeTime } from './pollingSetup.tsx'

/** A path such as `heartbeat.timeout` as an options object. */
const at = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object

/** What rendering throws. */
function thrownBy(ui: ReactNode, provider: object = {}): unknown {
  const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  try {
    renderLive(ui, provider)
    return undefined
  } catch (error) {
    return error
  } finally {
    silent.mockRestore()
  }
}

const error = (path: string) => ({ code: 'configuration', message: expect.stringContaining(`"${path}"`) })
const reconnect = ['minDelay', 'maxDelay', 'factor', 'maxRetries', 'stableAfter', 'connectTimeout'].map(
  name => `reconnect.${name}`,
)
const own: [string, (options: object) => unknown, string[]][] = [
  [
    'useSocket',
    options => useSocket({ url: 'ws://127.0.0.1:1', ...options }),
    [
      'heartbeat.interval',
      'heartbeat.timeout',
      'queue.limit',
      'queue.ttl',
      'silenceTimeout',
      'maxMessageBytes',
      'maxQueries',
      ...reconnect,
    ],
  ],
  [
    'useServerEvents',
    options => useServerEvents({ url: 'http://127.0.0.1:1', ...options }),
    ['silenceTimeout', 'maxMessageBytes', 'maxQueries', ...reconnect],
  ],
  [
    'useLongPoll',
    options => useLongPoll({ url: 'http://127.0.0.1:1', ...options }),
    ['holdTimeout', 'maxMessageBytes', 'maxQueries', ...reconnect],
  ],
  [
    'useSocketQuery',
    options => useSocketQuery({ url: 'ws://127.0.0.1:1' }, { type: 'price', ...options }),
    ['timeout'],
  ],
  [
    'usePolling',
    options => usePolling({ url: 'http://127.0.0.1:1', interval: 10_000, ...options }),
    ['interval', 'timeout', 'maxMessageBytes', 'backoff.minDelay', 'backoff.maxDelay', 'backoff.factor'],
  ],
]

describe('an invalid number throws a ConfigurationError that names the option', () => {
  test.each([
    'heartbeat.interval',
    'heartbeat.timeout',
    'maxMessageBytes',
    'gapSpread',
    'closeDelay',
    'maxQueries',
    ...reconnect,
  ])('%s of the provider', path => {
    for (const value of [NaN, -1, '5000', null, {}]) {
      expect(thrownBy(null, at(path, value)), JSON.stringify(value)).toMatchObject(error(path))
    }
    expect(thrownBy(null, at(path, undefined))).toBeUndefined()
  })

  describe.each(own)('of %s', (_name, use, paths) => {
    test.each(paths)('%s', path => {
      const Reader = ({ options }: { options: object }) => void use(options)
      for (const value of [NaN, -1, '5000', null, {}]) {
        expect(thrownBy(<Reader options={at(path, value)} />), JSON.stringify(value)).toMatchObject(
          error(path),
        )
      }
      expect(thrownBy(<Reader options={at(path, undefined)} />)).toBeUndefined()
    })
  })

  test('the timeout of request(): the promise rejects, and nothing is sent', async () => {
    const server = await startSocketServer()
    let request!: (timeout: unknown) => Promise<unknown>
    const Reader = () => {
      const socket = useSocket({ url: server.url })
      request = timeout => socket.request({ type: 'price' }, { timeout } as object)
      return socket.status
    }
    renderLive(<Reader />)
    await screen.findByText('open')
    for (const value of [NaN, -1, 0, '5000', null, {}]) {
      await expect(request(value), JSON.stringify(value)).rejects.toMatchObject(error('timeout'))
    }
  })

  test('the result of an interval function: the error is reported, and polling stops', async () => {
    useFakeTime()
    const queryFn = vi.fn(() => 1)
    const Reader = () => void usePolling({ queryKey: ['n'], queryFn, interval: data => (data ? NaN : 20) })
    renderLive(<Reader />)
    await expect(pass(1_000)).rejects.toMatchObject(error('interval'))
    expect(queryFn).toHaveBeenCalledOnce()
  })

  test.each(['trustedOrigins', 'insecureOrigins'])('%s that is not a list of origins', name => {
    for (const value of ['https://a.example', ['a.example'], ['localhost:80'], [null]]) {
      expect(thrownBy(null, { [name]: value })).toMatchObject(error(name))
    }
    expect(thrownBy(null, { [name]: ['https://a.example'] })).toBeUndefined()
  })
})

describe('an explicit undefined is the default', () => {
  test('heartbeat: { timeout: undefined } replaces a silent socket after the default timeout', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
      shouldAdvanceTime: true,
    })
    try {
      const server = await startSocketServer()
      const Reader = () =>
        useSocket({
          url: server.url,
          heartbeat: {
            interval: 1_000,
            timeout: undefined,
            isReply: undefined,
            message: undefined,
          } as object,
        }).status
      renderLive(<Reader />, { reconnect: { minDelay: undefined, factor: undefined } as object })
      await screen.findByText('open')
      await vi.advanceTimersByTimeAsync(12_000)
      await waitFor(() => expect(server.requests.length).toBeGreaterThan(1), { timeout: 15_000 })
    } finally {
      vi.useRealTimers()
    }
  })

  test('retry: undefined of usePolling leaves the retry to the next poll', async () => {
    const { url, requests } = await startServer(response => response.writeHead(500).end())
    const Reader = () => {
      const { status } = usePolling({ url, interval: 60_000, ...({ retry: undefined } as object) })
      return status
    }
    renderLive(<Reader />)
    await screen.findByText('error')
    expect(requests).toHaveLength(1)
  })
})
