import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { patiently, setUpChromium } from '../support/setUpChromium.ts'

const open = setUpChromium()

describe('a stream of another origin', () => {
  test('is resumed by an id of any length, which costs a preflight (S24)', async () => {
    const { at, proxy, show, isShown } = await open()
    const lastEventId = `<${'x'.repeat(300)}>`
    await show({ uses: [{ technique: 'events', url: at('/events'), options: { lastEventId } }] })
    await isShown('open')
    expect(proxy.moments('request').map(({ method }) => method)).toEqual(['OPTIONS', 'GET'])
  })

  test('that is the seventh on HTTP/1.1 says that it got no answer in time, and takes its turn (S25)', async () => {
    const { at, proxy, show, isShown, retries, notes, note } = await open()
    const uses = Array.from({ length: 7 }, (_, index) => ({
      technique: 'events' as const,
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

  test('is not told a token where it is only redirected to (S10, X3)', async () => {
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
        { technique: 'events', url: at('/events'), options: { headers: { Authorization: 'Bearer secret' } } },
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

test('a long poll whose ETag is not exposed ends: half a cursor is dropped once, and then to blame no more (L10, L12)', async () => {
  const { at, proxy, show, isShown, note, retries } = await open()
  await note('a')
  proxy.add({
    at: 'request',
    act: { do: 'headers', headers: { 'access-control-expose-headers': 'x-none' } },
  })
  await show({ uses: [{ technique: 'longPoll', url: at('/long-poll') }] })
  await isShown('failed')
  expect(await retries()).toEqual(['status'])
})
