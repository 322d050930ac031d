import { afterEach, describe, expect, test, vi } from 'vitest'
import { cursorInFirstMessage } from '../../src/core/cursors.ts'
import {
  type AttachToken,
  tokenInFirstMessage,
  tokenInHeader,
  tokenInProtocol,
  tokenInQuery,
} from '../../src/core/tokens.ts'
import { UnauthorizedError } from '../../src/core/errors.ts'
import {
  type AttemptParts,
  preparationFailure,
  prepareRequest,
  type RequestPlan,
} from '../../src/core/request.ts'
import { WEB_SOCKET } from '../../src/core/socketTransport.ts'
import { HTTP, type TransportRequest } from '../../src/core/transport.ts'

afterEach(() => void vi.unstubAllGlobals())

type Changes = Partial<RequestPlan & AttemptParts>

const plan: RequestPlan = {
  transport: HTTP,
  url: 'https://host/a',
  tokens: { getToken: () => Promise.resolve({ token: 't', isRefreshed: false }) },
  attachToken: tokenInQuery(),
  origins: { trusted: ['https://host'], insecure: [] },
}
function prepare({ rejected, attachCursor, pending = { part: undefined }, ...own }: Changes) {
  return prepareRequest({ ...plan, ...own }, { rejected, attachCursor, pending })
}
/** The failure that preparing ends in. */
const failureOf = (changes: Changes): Promise<unknown> =>
  prepare(changes).then(() => 'prepared', preparationFailure)
const withToken = (token: string | null, isRefreshed = false) => ({
  tokens: { getToken: () => Promise.resolve({ token, isRefreshed }) },
})

test('a request is built in order: first the URL, then the cursor, then the token', async () => {
  const order: string[] = []
  const { request } = await prepare({
    url: () => (order.push('url'), 'https://host/a'),
    tokens: {
      getToken: () => (order.push('getToken'), Promise.resolve({ token: 't', isRefreshed: false })),
    },
    attachCursor: given => (order.push('cursor'), { ...given, url: `${given.url}?after=5` }),
    attachToken: (given, token) => (order.push('token'), { ...given, url: `${given.url}&t=${token}` }),
  })
  expect(order).toEqual(['url', 'getToken', 'cursor', 'token'])
  expect(request.url).toBe('https://host/a?after=5&t=t')
})

test('with a token, the first message of the token replaces that of the cursor', async () => {
  const first = {
    url: 'wss://host/a',
    transport: WEB_SOCKET,
    attachToken: tokenInFirstMessage(token => ({ token })),
    attachCursor: (request: TransportRequest) => cursorInFirstMessage(cursor => ({ cursor }))(request, 'c'),
  }
  const authenticated = await prepare(first)
  expect(authenticated.request.firstMessage).toEqual({ token: 't' })
  const anonymous = await prepare({ ...first, ...withToken(null) })
  expect(anonymous.request.firstMessage).toEqual({ cursor: 'c' })
})

test('headers and protocols are copies, so that no attempt changes those of another', async () => {
  const headers = { 'x-a': '1' }
  const attachToHeaders: RequestPlan['attachToken'] = request => {
    request.headers['x-b'] = '2'
    return request
  }
  const overHttp = await prepare({ headers, attachToken: attachToHeaders })
  expect(overHttp.request.headers).toEqual({ 'x-a': '1', 'x-b': '2' })
  const protocols = ['app']
  const attachToProtocols: RequestPlan['attachToken'] = request => {
    request.protocols.push('t')
    return request
  }
  const overSocket = await prepare({ transport: WEB_SOCKET, protocols, attachToken: attachToProtocols })
  expect(overSocket.request.protocols).toEqual(['app', 't'])
  expect([headers, protocols]).toEqual([{ 'x-a': '1' }, ['app']])
})

describe('the token', () => {
  test('is reported as none, given or refreshed', async () => {
    expect((await prepare(withToken(null))).tokenUse).toBe('none')
    expect((await prepare(withToken('t'))).tokenUse).toBe('given')
    expect((await prepare(withToken('t', true))).tokenUse).toBe('refreshed')
    expect((await prepare(withToken(null, true))).tokenUse).toBe('none')
  })

  test('is attached only if there is one: an anonymous request may go anywhere (A3)', async () => {
    const { request, token } = await prepare({ url: 'https://other/a', ...withToken(null) })
    expect([request.url, token]).toEqual(['https://other/a', null])
  })

  test('for an origin that is not trusted is an error that no retry fixes, for sockets too (X3)', async () => {
    for (const transport of [WEB_SOCKET, HTTP]) {
      const failure = failureOf({ url: 'https://other/a', transport })
      await expect(failure).resolves.toMatchObject({
        kind: 'impossible',
        error: { name: 'UntrustedOriginError' },
      })
    }
  })

  test('is sent over neither http: nor ws: to another machine, unless that origin is allowed by name', async () => {
    const trusted = ['http://host']
    for (const [url, transport] of [
      ['http://host/a', HTTP],
      ['ws://host/a', WEB_SOCKET],
      ['http://host/a', WEB_SOCKET],
    ] as const) {
      await expect(failureOf({ url, transport, origins: { trusted, insecure: [] } })).resolves.toMatchObject({
        kind: 'impossible',
        error: { name: 'InsecureOriginError', code: 'insecure-origin' },
      })
      const allowed = { url, transport, origins: { trusted, insecure: ['http://host'] } }
      await expect(prepare(allowed)).resolves.toMatchObject({ token: 't' })
      const anonymous = { url, transport, origins: { trusted, insecure: [] }, ...withToken(null) }
      await expect(prepare(anonymous)).resolves.toMatchObject({ token: null })
    }
  })

  test('is not sent to an origin that the cursor changed the URL to', async () => {
    const attachCursor: AttemptParts['attachCursor'] = request => ({ ...request, url: 'https://evil/' })
    await expect(failureOf({ attachCursor })).resolves.toMatchObject({
      error: { name: 'UntrustedOriginError' },
    })
  })

  test('is never lost if its transport cannot carry it: the error names the ways that can', async () => {
    const wrong = [
      { transport: WEB_SOCKET, attachToken: tokenInHeader() },
      { transport: HTTP, attachToken: tokenInProtocol() },
      { transport: HTTP, attachToken: tokenInFirstMessage(token => token) },
    ]
    for (const changes of wrong) {
      await expect(failureOf(changes)).resolves.toMatchObject({
        kind: 'impossible',
        error: { code: 'configuration', message: expect.stringContaining('tokenIn') },
      })
    }
  })

  test('that fails to load is a token failure, with its cause', async () => {
    for (const cause of [new Error('down'), new UnauthorizedError()]) {
      await expect(failureOf({ tokens: { getToken: () => Promise.reject(cause) } })).resolves.toEqual({
        kind: 'token',
        cause,
      })
    }
  })
})

describe('the URL', () => {
  test('may be a function, even an async one, that is called at each attempt', async () => {
    let count = 0
    const url = () => Promise.resolve(new URL(`https://host/${++count}`))
    expect((await prepare({ url, ...withToken(null) })).request.url).toBe('https://host/1')
    expect((await prepare({ url, ...withToken(null) })).request.url).toBe('https://host/2')
  })

  test('of a socket becomes ws or wss, without a fragment (W40)', async () => {
    const { request } = await prepare({ url: '/a#b', baseUrl: 'https://host', transport: WEB_SOCKET })
    expect(request.url).toBe('wss://host/a?token=t')
  })

  test('that makes no sense is an error that no retry fixes (W40)', async () => {
    await expect(failureOf({ url: '/relative' })).resolves.toMatchObject({
      kind: 'impossible',
      error: { code: 'configuration' },
    })
  })

  test('with ws: on an https page fails at once, except for loopback (W39)', async () => {
    vi.stubGlobal('location', new URL('https://page/'))
    const socket = { transport: WEB_SOCKET, ...withToken(null) }
    await expect(failureOf({ url: 'ws://host/a', ...socket })).resolves.toMatchObject({
      kind: 'impossible',
      error: { message: expect.stringMatching(/wss/) },
    })
    for (const host of ['localhost:8080', 'app.localhost', '127.0.0.1', '[::1]:81']) {
      await expect(prepare({ url: `ws://${host}/a`, ...socket })).resolves.toBeDefined()
    }
    await expect(prepare({ url: 'wss://host/a', ...socket })).resolves.toBeDefined()
  })
})

test.each<[string, AttachToken]>([
  ['attachToken', ((request: unknown) => Promise.resolve(request)) as never],
  ['attachToken', (() => Promise.reject(new Error('secret'))) as never],
  ['tokenInHeader', tokenInHeader('X-Token', ((token: string) => Promise.resolve(token)) as never)],
  ['tokenInProtocol', tokenInProtocol(((token: string) => Promise.resolve(token)) as never)],
  ['tokenInFirstMessage', tokenInFirstMessage(() => Promise.reject(new Error('secret')))],
])('an async %s is an error that names it, and no promise is sent', async (name, attachToken) => {
  const rejections: unknown[] = []
  const noted = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', noted)
  const failure = await failureOf({ transport: WEB_SOCKET, url: 'wss://host/a', attachToken })
  await new Promise(resolve => setTimeout(resolve, 1))
  process.off('unhandledRejection', noted)
  const message: unknown = expect.stringMatching(new RegExp(`${name}.* promise`))
  expect(failure).toMatchObject({ kind: 'impossible', error: { code: 'configuration', message } })
  expect(rejections).toEqual([])
})
