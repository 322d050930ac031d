import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { patiently, setUpChromium } from '../support/setUpChromium.ts'

const open = setUpChromium()

describe('a stream of another origin', () => {
  test('resumes with an id of any length, at the cost of a preflight (S24)', async () => {
    const { at, proxy, show, isShown } = await open()
    const lastEventId = `<${'x'.repeat(300)}>`
    await show({ uses: [{ transport: 'events', url: at('/events'), options: { lastEventId } }] })
    await isShown('open')
    expect(proxy.moments('request').map(({ method }) => method)).toEqual(['OPTIONS', 'GET'])
  })

  test('reports a timeout if it is the seventh over HTTP/1.1, and opens when a slot is free (S25)', async () => {
    const { at, proxy, show, isShown, retries, notes, note } = await open()
    const uses = Array.from({ length: 7 }, (_, index) => ({
      transport: 'events' as const,
      url: `${at('/events')}&client=${index}`,
    }))
    const provider = { reconnect: { connectTimeout: 400, minDelay: 50, maxDelay: 200 } }
    await show({ uses, provider })
    await patiently(async () => expect(await retries()).toContain('timeout'))
    expect(proxy.moments('request')).toHaveLength(6)
    await show({ uses: uses.slice(1), provider })
    await isShown('open', 'events')
    await note('a')
    await patiently(async () => expect((await notes())['events']).toHaveLength(6))
  })

  test('receives no token through a redirect (S10, X3)', async () => {
    const { at, proxy, origin, show, retries } = await open()
    const elsewhere = await startServer((response, request) => {
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-allow-headers', '*, authorization')
      if (request.method === 'OPTIONS') response.end()
      else response.setHeader('content-type', 'text/event-stream').flushHeaders()
    })
    const headers = { location: elsewhere.url, 'access-control-allow-headers': 'authorization' }
    proxy.add({ at: 'request', method: 'GET', act: { do: 'answer', status: 302, headers } })
    await show({
      uses: [
        { transport: 'events', url: at('/events'), options: { headers: { Authorization: 'Bearer secret' } } },
      ],
    })
    await patiently(async () => {
      const isOver = elsewhere.requests.some(({ method }) => method === 'GET') || (await retries()).length > 0
      expect(isOver).toBe(true)
    })
    expect(origin).not.toBe(new URL(elsewhere.url).origin)
    expect(elsewhere.requests.map(request => request.headers.authorization)).not.toContain('Bearer secret')
  })
})

/** A server of another origin that accepts only simple requests: preflights are refused. */
async function startSimpleServer(expose: Record<string, string>) {
  const server = await startServer((response, request, index) => {
    if (request.method === 'OPTIONS') return response.writeHead(405).end()
    const headers = {
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
      'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
      etag: `"${index}"`,
      ...expose,
    }
    const body = JSON.stringify({ type: 'note', params: null, response: index })
    return setTimeout(() => response.writeHead(200, headers).end(body), 120)
  })
  const methods = () => server.requests.map(({ method }) => method)
  return { url: server.url, methods }
}

describe.each([
  ['exposes no ETag', {}, ['GET', 'GET', 'GET', 'GET', 'GET', 'GET']],
  [
    'exposes an ETag that it does not take back',
    { 'access-control-expose-headers': 'ETag' },
    ['GET', 'OPTIONS', 'GET', 'OPTIONS', 'GET', 'GET', 'GET'],
  ],
] as const)(
  'a server of another origin that takes simple requests only and %s',
  (_what, expose, expected) => {
    test('is polled continuously', async () => {
      const { show, notes } = await open()
      const { url, methods } = await startSimpleServer(expose)
      await show({ uses: [{ transport: 'poll', url, options: { interval: 20 } }] })
      await patiently(() => expect(methods().length).toBeGreaterThan(8))
      expect(methods().slice(0, expected.length)).toEqual(expected)
      await patiently(async () => {
        const [data] = (await notes())['it'] ?? []
        expect((data as { response: number } | undefined)?.response).toBeGreaterThan(6)
      })
    })

    test('is long polled continuously, after one retry at most', async () => {
      const { show, retries, notes, isShown } = await open()
      const { url, methods } = await startSimpleServer(expose)
      await show({ uses: [{ transport: 'longPoll', url }] })
      await patiently(async () => expect((await notes())['it']?.length).toBeGreaterThan(6))
      expect(methods().slice(-3)).toEqual(['GET', 'GET', 'GET'])
      await isShown('open')
      expect((await retries()).length).toBeLessThanOrEqual(1)
    })
  },
)

test('a long poll whose ETag is not exposed sends no validators, and its loop backs off (L10)', async () => {
  const { at, proxy, show, note, retries } = await open()
  await note('a')
  proxy.add({
    at: 'request',
    act: { do: 'headers', headers: { 'access-control-expose-headers': 'x-none' } },
  })
  await show({ uses: [{ transport: 'longPoll', url: at('/long-poll') }] })
  await patiently(async () => expect((await retries()).length).toBeGreaterThan(0))
  expect(new Set(await retries())).toEqual(new Set(['fast-loop']))
  expect(proxy.moments('request').map(({ method }) => method)).not.toContain('OPTIONS')
})
