import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../../src/core/platform.ts'
import { type PageMessage, type PortLike, type SharedRequest } from '../../src/core/portMessages.ts'
import { createHub } from '../../src/worker/hub.ts'
import { FakeLocks } from '../support/fakeLocks.ts'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'

const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 10_000 })

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A worker with one page, whose messages the test sends. Nothing keeps a copy of them. */
function openPage() {
  const kinds: string[] = []
  const port: PortLike = {
    onmessage: null,
    postMessage: message => void kinds.push((message as { kind: string }).kind),
  }
  const hub = createHub({
    ...{ clock: systemClock, random: Math.random, locks: new FakeLocks().of({}) },
    fetch: (url, init) => fetch(url, init),
    webSocket: () => WebSocket,
  })
  hub.connect(port)
  const post = (data: PageMessage) => port.onmessage?.({ data } as never)
  onTestFinished(() => post({ kind: 'close', attempt: 1, foundDead: false }))
  return { kinds, post }
}

/** Opens a connection and returns weak references to the parts of its request that may contain a token. */
function openWeakly(post: (message: PageMessage) => void, request: SharedRequest): WeakRef<object>[] {
  const parts = request.kind === 'fetch' ? [request.init, request.init.headers] : [request.firstMessage]
  post({
    ...{ kind: 'open', attempt: 1, key: 'key', request, needsToken: false },
    ...{ at: undefined, cursor: undefined, isSlow: false },
  })
  return [request, ...parts].map(part => new WeakRef(part as object))
}

async function expectForgotten(refs: readonly WeakRef<object>[]): Promise<void> {
  await until(() => {
    collectGarbage()
    expect(refs.map(ref => ref.deref())).toEqual(refs.map(() => undefined))
  })
}

test('the worker forgets the request of a socket, and its first message, as soon as the socket is open (X1)', async () => {
  const received: string[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', (data: Buffer) => received.push(String(data))),
  )
  const { kinds, post } = openPage()
  const refs = openWeakly(post, {
    ...{ kind: 'socket', url: server.url, protocols: ['token.secret'], binaryType: undefined },
    firstMessage: new TextEncoder().encode('secret'),
  })
  await until(() => expect(received).toEqual(['secret']))
  await expectForgotten(refs)
  server.sockets[0]?.send('still open')
  await until(() => expect(kinds).toEqual(['hello', 'opened', 'frames']))
})

test('the worker forgets the request of a stream, and its headers, as soon as the stream is open (X1)', async () => {
  let send: ((text: string) => void) | undefined
  const server = await startServer(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    send = text => response.write(text)
  })
  const { kinds, post } = openPage()
  const refs = openWeakly(post, {
    ...{ kind: 'fetch', url: server.url, framing: 'events' },
    init: { headers: { Authorization: 'Bearer secret' } },
  })
  await until(() => expect(kinds).toEqual(['hello', 'opened']))
  await expectForgotten(refs)
  send?.('data: still open\n\n')
  await until(() => expect(kinds).toEqual(['hello', 'opened', 'frames']))
})
