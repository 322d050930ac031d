import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { build } from 'vite'
import { WebSocket } from 'ws'
import {
  createSocketTransport,
  type SocketTransportOptions,
  type WebSocketConstructor,
} from '../../src/core/socketTransport.ts'
import type { AttemptRequest, Transport, TransportHandle } from '../../src/core/transport.ts'
import { createWorkerTransport } from '../../src/core/workerTransport.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'
import { startWorkerHost } from '../support/workerHost.ts'

const made: WebSocket[] = []
/** The real class of `ws`, which records its instances. */
class KnownSocket extends WebSocket {
  constructor(url: string, protocols?: string[]) {
    super(url, protocols)
    made.push(this)
  }
}
const KnownClass: WebSocketConstructor = KnownSocket

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeEach(() => {
  made.length = 0
  unhandled.length = 0
  process.on('unhandledRejection', note).on('uncaughtException', note)
})
afterEach(async () => {
  await new Promise(resolve => setTimeout(resolve, 5))
  process.off('unhandledRejection', note).off('uncaughtException', note)
  expect(unhandled).toEqual([])
})

type CreateTransport = (options?: Partial<SocketTransportOptions>) => {
  open(url: string, more?: Partial<AttemptRequest>): { sink: RecordingSink; attempt: TransportHandle }
}

function opening(transport: Transport) {
  const open = (url: string, more: Partial<AttemptRequest> = {}) => {
    const sink = new RecordingSink()
    const attempt = transport.open(requestOf(url, more), sink)
    onTestFinished(() => attempt.close())
    return { sink, attempt }
  }
  return { open }
}

const createDirect: CreateTransport = (options = {}) =>
  opening(createSocketTransport({ webSocket: () => KnownClass, ...options }))

/** The socket is in a shared worker. */
const createShared: CreateTransport = (options = {}) => {
  const { share } = startWorkerHost({ webSocket: KnownClass }).openPage()
  const direct = createSocketTransport({ webSocket: () => undefined })
  return opening(createWorkerTransport(direct, options.binaryType, share))
}

const untilOpened = (sink: RecordingSink) => until(() => expect(sink.names).toContain('opened'))
const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setTimeout(resolve, 1))
}

describe.each([
  ['directly', createDirect],
  ['in a shared worker', createShared],
])('a socket %s', (_way, createTransport) => {
  describe('the code of a close', () => {
    test.each([1000, 1001, 1008, 1012, 3000, 4401, 4999])('%i reaches the sink', async code => {
      const server = await startSocketServer(socket => socket.close(code, 'not read'))
      const { sink } = createTransport().open(server.url)
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code, opened: true })
    })

    test('is 1006 if the peer disappears without a close frame', async () => {
      const server = await startSocketServer(socket => socket.terminate())
      const { sink } = createTransport().open(server.url)
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code: 1006, opened: true })
    })

    test('is 1005 if the peer sends no code', async () => {
      const server = await startSocketServer(socket => socket.close())
      const { sink } = createTransport().open(server.url)
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code: 1005, opened: true })
    })

    test.each([401, 403, 503])('is 1006 and never opened if the handshake response is %i', async status => {
      const server = await startSocketServer()
      server.upgrade = status
      const { sink } = createTransport().open(server.url)
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code: 1006, opened: false })
    })

    test('is 1006 and never opened if the server is unreachable', async () => {
      const { sink } = createTransport().open('ws://127.0.0.1:9/')
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code: 1006, opened: false })
    })

    test('is reported once, and no socket is created after it until the next attempt', async () => {
      const server = await startSocketServer(socket => socket.close(1012))
      const { open } = createTransport()
      for (let count = 1; count <= 3; count++) {
        const { sink, attempt } = open(server.url)
        await sink.untilFailed()
        attempt.close()
        await turns()
        expect(sink.names).toEqual(['opened', 'failed'])
        expect(server.requests).toHaveLength(count)
      }
    })
  })

  describe('one attempt creates one socket', () => {
    test('even if its handshake fails, every time', async () => {
      const server = await startSocketServer()
      server.upgrade = 503
      const { open } = createTransport()
      for (let count = 1; count <= 5; count++) {
        await open(server.url).sink.untilFailed()
        expect(made).toHaveLength(count)
      }
      server.upgrade = 'accept'
      await untilOpened(open(server.url).sink)
      await turns()
      expect(made).toHaveLength(6)
    })

    test('with its own URL and its own subprotocols', async () => {
      const server = await startSocketServer(socket => socket.close(1012))
      const { open } = createTransport()
      for (const [path, protocols] of [
        ['a', ['app', 'token.1']],
        ['b', ['app', 'token.2']],
        ['c', []],
      ] as const) {
        await open(`${server.url}${path}`, { protocols: [...protocols] }).sink.untilFailed()
      }
      expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b', '/c'])
      const offered = server.requests.map(({ headers }) => headers['sec-websocket-protocol'])
      expect(offered).toEqual(['app,token.1', 'app,token.2', undefined])
    })

    test('even if attempts follow each other without a pause', async () => {
      const server = await startSocketServer()
      const { open } = createTransport()
      const first = open(server.url)
      await untilOpened(first.sink)
      first.attempt.close()
      for (let count = 0; count < 30; count++) {
        const { attempt } = open(`${server.url}${count}`)
        for (let turn = 0; turn < count % 10; turn++) await Promise.resolve()
        if (count % 3 === 0) await turns(1)
        attempt.close()
      }
      const { sink, attempt } = open(`${server.url}last`)
      await untilOpened(sink)
      await turns()
      expect(server.requests.filter(({ url }) => url === '/last')).toHaveLength(1)
      expect(new Set(server.requests.map(({ url }) => url)).size).toBe(server.requests.length)
      expect(made.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(1)
      expect(attempt.send?.('x')).toBe(true)
      server.sockets.at(-1)?.close(4403)
      expect(await sink.untilFailed()).toEqual({ kind: 'close', code: 4403, opened: true })
    })
  })

  describe('sent and received data', () => {
    test('passes through in order, as text and as bytes', async () => {
      const server = await startSocketServer(socket => {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
      })
      const { sink, attempt } = createTransport({ binaryType: 'arraybuffer' }).open(server.url)
      expect(attempt.send?.('too early')).toBe(false)
      await untilOpened(sink)
      expect([attempt.send?.('ä'), attempt.send?.(new Uint8Array([1, 2]))]).toEqual([true, true])
      const [text, bytes] = await sink.untilMessages(2)
      expect([text, [...new Uint8Array(bytes as ArrayBuffer)]]).toEqual(['ä', [1, 2]])
    })

    test.each(['arraybuffer', 'blob'] as const)(
      'of the binaryType %s keeps its type after a reconnect',
      async binaryType => {
        const server = await startSocketServer(socket => socket.send(new Uint8Array([7])))
        const { open } = createTransport({ binaryType })
        for (let count = 0; count < 3; count++) {
          const { sink, attempt } = open(server.url)
          const [data] = await sink.untilMessages(1)
          expect(data).toBeInstanceOf(binaryType === 'blob' ? Blob : ArrayBuffer)
          attempt.close()
        }
      },
    )

    test('is refused by an attempt that has ended', async () => {
      const server = await startSocketServer()
      const { open } = createTransport()
      const first = open(server.url)
      await untilOpened(first.sink)
      first.attempt.close()
      const second = open(server.url)
      await untilOpened(second.sink)
      expect([first.attempt.send?.('a'), second.attempt.send?.('b')]).toEqual([false, true])
    })
  })

  describe('close()', () => {
    test('in the same task creates no socket, and the next attempt does', async () => {
      const server = await startSocketServer()
      const { open } = createTransport()
      const { sink, attempt } = open(server.url)
      attempt.close()
      await turns()
      expect([server.requests.length, sink.calls]).toEqual([0, []])
      await untilOpened(open(server.url).sink)
      expect(server.requests).toHaveLength(1)
    })

    test('while connecting ends the socket, reports nothing more, and throws nothing (C2)', async () => {
      const server = await startSocketServer()
      server.upgrade = 'hang'
      const { open } = createTransport()
      const { sink, attempt } = open(server.url)
      await until(() => expect(server.requests).toHaveLength(1))
      attempt.close()
      await until(() => expect(made[0]?.readyState).toBe(WebSocket.CLOSED))
      expect(sink.calls).toEqual([])
      server.upgrade = 'accept'
      await untilOpened(open(server.url).sink)
    })

    test('of an attempt that never began does not affect a later one', async () => {
      const server = await startSocketServer(socket => socket.close(1012))
      const { open } = createTransport()
      const first = open(server.url)
      await first.sink.untilFailed()
      first.attempt.close()
      const second = open(server.url)
      second.attempt.close()
      await turns()
      expect([second.sink.calls, server.requests.length]).toEqual([[], 1])
      await untilOpened(open(server.url).sink)
    })

    test('of a frozen peer reports nothing more, and the next attempt does not wait for its close (W7, W8)', async () => {
      const server = await startSocketServer()
      const { open } = createTransport()
      const first = open(server.url)
      await untilOpened(first.sink)
      server.sockets[0]?.pause()
      first.attempt.close()
      const second = open(server.url)
      await untilOpened(second.sink)
      expect(made[0]?.readyState).toBe(WebSocket.CLOSING)
      made[0]?.emit('message', Buffer.from('late'), false)
      made[0]?.terminate()
      await until(() => expect(made[0]?.readyState).toBe(WebSocket.CLOSED))
      expect([first.sink.names, second.sink.names]).toEqual([['opened'], ['opened']])
    })

    test('twice closes once', async () => {
      const server = await startSocketServer()
      const { open } = createTransport()
      const first = open(server.url)
      await untilOpened(first.sink)
      first.attempt.close()
      const second = open(server.url)
      first.attempt.close()
      await untilOpened(second.sink)
      first.attempt.close()
      await turns()
      expect(made[1]?.readyState).toBe(WebSocket.OPEN)
    })
  })

  describe('an impossible request', () => {
    test.each([
      ['a URL', 'ftp://host/?token=secret', []],
      ['a subprotocol', 'ws://127.0.0.1:9/?token=secret', ['not a token']],
      ['two equal subprotocols', 'ws://127.0.0.1:9/', ['a', 'a']],
    ])(
      'with %s that the class refuses is reported without quoting it, and does not affect later attempts (W40)',
      async (...given) => {
        const [, url, protocols] = given
        const server = await startSocketServer()
        const { open } = createTransport()
        for (let count = 0; count < 2; count++) {
          const { sink } = open(url, { protocols })
          const failure = await sink.untilFailed()
          expect(failure).toMatchObject({ kind: 'impossible', error: { code: 'configuration' } })
          expect(JSON.stringify([failure, String((failure as { error: Error }).error)])).not.toContain(
            'secret',
          )
        }
        await untilOpened(open(server.url).sink)
        expect(server.requests).toHaveLength(1)
      },
    )
  })

  describe('close', () => {
    test('in the same task creates no socket', async () => {
      const server = await startSocketServer()
      createTransport().open(server.url).attempt.close()
      await turns()
      expect(server.requests).toHaveLength(0)
    })

    test('while connecting and while open ends the socket silently', async () => {
      for (const upgrade of ['hang', 'accept'] as const) {
        made.length = 0
        const server = await startSocketServer()
        server.upgrade = upgrade
        const { sink, attempt } = createTransport().open(server.url)
        if (upgrade === 'accept') await untilOpened(sink)
        else await until(() => expect(server.requests).toHaveLength(1))
        const before = sink.calls.length
        attempt.close()
        await until(() => expect(made[0]?.readyState).toBe(WebSocket.CLOSED))
        expect([sink.calls.length, made.length]).toEqual([before, 1])
      }
    })
  })

  test('200 attempts, opened and given up at any time, leave no timer and no socket (C14)', async () => {
    const server = await startSocketServer()
    const active = () =>
      process.getActiveResourcesInfo().filter(type => type !== 'TTYWrap' && type !== 'PipeWrap')
    const timers = () => active().filter(type => type === 'Timeout').length
    const before = timers()
    const { open } = createTransport()
    for (let count = 0; count < 200; count++) {
      const { sink, attempt } = open(server.url)
      if (count % 4 === 0) await untilOpened(sink)
      else if (count % 4 === 1) await turns(1)
      else if (count % 4 === 2) await Promise.resolve()
      attempt.close()
    }
    await until(() => expect(made.every(({ readyState }) => readyState === WebSocket.CLOSED)).toBe(true))
    await until(() => {
      // The test runner has a few of its own. A leak in any of the four kinds of attempts would be 50.
      expect(timers() - before).toBeLessThan(10)
      expect(active().filter(type => type === 'TCPSocketWrap')).toEqual([])
    })
  })
})

test('a missing WebSocket class is reported, and a class that is added later is used', async () => {
  const server = await startSocketServer()
  const runtime: { webSocket?: WebSocketConstructor } = {}
  const { open } = createDirect({ webSocket: () => runtime.webSocket })
  expect(await open(server.url).sink.untilFailed()).toMatchObject({
    kind: 'impossible',
    error: { message: expect.stringMatching(/webSocket/) },
  })
  runtime.webSocket = KnownClass
  await untilOpened(open(server.url).sink)
})

test('the socket code is loaded with the package, so that no chunk can fail to load when the first socket opens', async () => {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('../../src/index.ts', import.meta.url)), formats: ['es'] },
      rolldownOptions: { external: [/^react/, /^@tanstack/] },
    },
  })
  const chunks = [output].flat().flatMap(each => ('output' in each ? each.output : []))
  expect(chunks.map(({ type }) => type)).toEqual(['chunk'])
})
