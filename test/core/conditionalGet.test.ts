import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/platform.ts'
import { ConditionalFetch } from '../../src/core/conditionalFetch.ts'
import { type ConditionalGet, conditionalGet } from '../../src/core/conditionalGet.ts'
import type { PreparedRequest } from '../../src/core/request.ts'
import { type Answer, startServer } from '../support/httpServer.ts'

const json = (body: string, headers: Record<string, string> = {}): Answer => {
  return response => response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body)
}
const status = (code: number, headers: Record<string, string> = {}): Answer => {
  return response => response.writeHead(code, headers).end()
}

async function setUp(answer: Answer, options: Partial<ConditionalGet> = {}) {
  const { url, requests } = await startServer(answer)
  const prepared = (token: string | null, tokenUse: PreparedRequest['tokenUse']): PreparedRequest => ({
    request: { url, headers: token ? { Authorization: `Bearer ${token}` } : {}, protocols: [] },
    token,
    tokenUse,
  })
  const ask = (more: Partial<ConditionalGet> = {}) =>
    conditionalGet({
      clock: systemClock,
      fetch: (target, init) => fetch(target, init),
      prepare: ({ rejected }) =>
        Promise.resolve(rejected === undefined ? prepared('old', 'given') : prepared('new', 'refreshed')),
      signal: new AbortController().signal,
      validators: undefined,
      conditionalFetch: new ConditionalFetch(),
      credentials: undefined,
      maxBytes: 1_000,
      timeout: 5_000,
      ...options,
      ...more,
    })
  return { ask, requests, prepared }
}

describe('a conditional GET', () => {
  it('returns the parsed body and its validators as a pair', async () => {
    const modified = 'Wed, 21 Oct 2015 07:28:00 GMT'
    const { ask } = await setUp(json('{"response":[1]}', { ETag: '"a"', 'Last-Modified': modified }))
    expect(await ask()).toEqual({
      data: { response: [1] },
      validators: { etag: '"a"', lastModified: modified },
    })
  })

  it('drops members named __proto__, which a copy of the data would treat as a prototype', async () => {
    const { ask } = await setUp(json('{"row":{"__proto__":{"isAdmin":true},"n":1}}'))
    const { data } = (await ask()) as { data: { row: object } }
    expect(Object.keys(data.row)).toEqual(['n'])
    expect(Object.assign({}, data.row)).not.toHaveProperty('isAdmin')
  })

  it('sends only the validators of that pair', async () => {
    const { ask, requests } = await setUp(json('1'))
    await ask({ validators: { etag: '"a"', lastModified: null } })
    await ask()
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual(['"a"', undefined])
    expect(requests.map(({ headers }) => headers['if-modified-since'])).toEqual([undefined, undefined])
  })

  it.each([204, 304])('treats a %d as nothing new', async code => {
    const { ask } = await setUp(status(code))
    expect(await ask()).toBeUndefined()
  })

  it('treats an empty 200 as nothing new', async () => {
    const { ask } = await setUp(json(''))
    expect(await ask()).toBeUndefined()
  })

  it('forces one new token after a 401', async () => {
    const { ask, requests } = await setUp((response, { headers }) =>
      headers.authorization === 'Bearer new' ? response.end('1') : response.writeHead(401).end(),
    )
    expect(await ask()).toMatchObject({ data: 1 })
    expect(requests).toHaveLength(2)
  })

  it('is unauthorized when the refreshed token is refused, too', async () => {
    const { ask, requests } = await setUp(status(401))
    await expect(ask()).rejects.toMatchObject({
      name: 'UnauthorizedError',
      message: expect.stringMatching(/refused the token twice.*401/),
    })
    expect(requests).toHaveLength(2)
  })

  it('still forces a new token when the current one, which it had not tried yet, is refused', async () => {
    const { ask, requests, prepared } = await setUp(status(401))
    const tokens = [prepared('old', 'given'), prepared('current', 'given'), prepared('new', 'refreshed')]
    const prepare = () => Promise.resolve(tokens.shift()!)
    await expect(ask({ prepare })).rejects.toMatchObject({ name: 'UnauthorizedError' })
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer current',
      'Bearer new',
    ])
  })

  it('sends no second request if there is no token to get', async () => {
    const { ask, requests, prepared } = await setUp(status(401))
    const prepare: ConditionalGet['prepare'] = refused =>
      Promise.resolve(prepared(null, refused === undefined ? 'none' : 'refreshed'))
    await expect(ask({ prepare })).rejects.toMatchObject({ name: 'UnauthorizedError' })
    expect(requests).toHaveLength(1)
  })

  it('fails with the status and the wait that the server requested', async () => {
    const { ask } = await setUp(status(503, { 'Retry-After': '7' }))
    await expect(ask()).rejects.toMatchObject({
      name: 'ConnectionFailedError',
      status: 503,
      retryAfter: 7_000,
    })
  })

  it('fails on HTML instead of JSON', async () => {
    const { ask } = await setUp(response =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Sign in</p>'),
    )
    await expect(ask()).rejects.toMatchObject({ failureKind: 'content-type' })
  })

  it('fails on JSON that is cut short', async () => {
    const { ask } = await setUp(json('{"a":'))
    await expect(ask()).rejects.toMatchObject({ failureKind: 'body' })
  })

  it.each([
    ['with a Content-Length', json(JSON.stringify('x'.repeat(1_000)))],
    [
      'without',
      (response => {
        response.write('"')
        response.end(`${'x'.repeat(1_000)}"`)
      }) satisfies Answer,
    ],
  ])('fails on a body larger than the limit, %s', async (_name, answer) => {
    const { ask } = await setUp(answer)
    await expect(ask()).rejects.toMatchObject({ failureKind: 'body' })
  })

  it('fails if the server is unreachable, without quoting the URL', async () => {
    const fetchThatFails = () => Promise.reject(new TypeError('fetch failed: http://host/?token=secret'))
    const { ask } = await setUp(status(200), { fetch: fetchThatFails })
    const error: unknown = await ask().catch((cause: unknown) => cause)
    expect(error).toMatchObject({ failureKind: 'network' })
    expect(String((error as Error).cause)).not.toContain('secret')
  })

  it('gives up after its timeout, even if fetch ignores its signal', async () => {
    const { ask } = await setUp(status(200), { fetch: () => new Promise(() => {}), timeout: 20 })
    await expect(ask()).rejects.toMatchObject({ failureKind: 'timeout' })
  })

  it('ends at once when its signal aborts, and sends nothing if no token had arrived yet', async () => {
    const controller = new AbortController()
    const { ask, requests, prepared } = await setUp(json('1'))
    let grant = () => {}
    const prepare = () =>
      new Promise<PreparedRequest>(resolve => (grant = () => resolve(prepared('t', 'given'))))
    const asked = ask({ signal: controller.signal, prepare })
    controller.abort()
    await expect(asked).rejects.toBe(controller.signal.reason)
    grant()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(requests).toHaveLength(0)
  })
})
