import { describe, expect, it } from 'vitest'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()

describe('GET /poll', () => {
  it('responds with 204 while the key has no value', async () => {
    const { get } = await server.channel()
    const response = await get('/poll?type=price&symbol=BTC')
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
  })

  it('responds with the latest response of the key', async () => {
    const { get, publish } = await server.channel()
    await publish({ last: 1 }, { symbol: 'BTC' }, 'price')
    await publish({ last: 2 }, { symbol: 'BTC' }, 'price')
    await publish({ last: 9 }, { symbol: 'ETH' }, 'price')
    expect(await (await get('/poll?type=price&symbol=BTC')).json()).toEqual({ last: 2 })
  })

  it('finds params that are no strings by their text', async () => {
    const { get, publish } = await server.channel()
    await publish('seven', { id: 7 }, 'thing')
    expect(await (await get('/poll?type=thing&id=7')).json()).toBe('seven')
    expect((await get('/poll?type=thing&id=8')).status).toBe(204)
    expect((await get('/poll?type=thing')).status).toBe(204)
  })

  it('keeps the ETag while the value is equal and changes it with the value', async () => {
    const { get, publish } = await server.channel()
    await publish('a')
    const etag = (await get('/poll?type=note')).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    await publish('a')
    const same = await get('/poll?type=note', { 'If-None-Match': etag })
    expect(same.status).toBe(304)
    expect(same.headers.get('etag')).toBe(etag)
    await publish('b')
    const changed = await get('/poll?type=note', { 'If-None-Match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  it('responds with the latest entry of each key if no type is named', async () => {
    const { get, publish } = await server.channel()
    await publish(1, { n: 1 })
    await publish(2, { n: 1 })
    const { epoch, seq } = await publish(3, { n: 2 })
    const body = (await (await get('/poll')).json()) as { entries: unknown[] }
    expect(body).toMatchObject({
      epoch,
      seq,
      entries: [
        { seq: 2, response: 2 },
        { seq: 3, response: 3 },
      ],
    })
  })

  it('keeps channels apart', async () => {
    const one = await server.channel()
    const other = await server.channel()
    await one.publish('mine')
    expect((await other.get('/poll?type=note')).status).toBe(204)
  })
})

describe('any endpoint', () => {
  it('lets every origin read it, validators included', async () => {
    const { get } = await server.channel()
    const { headers } = await get('/poll', { Origin: 'http://elsewhere.test' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-expose-headers')).toMatch(/ETag.*Last-Modified/)
  })

  it('responds to a preflight with the headers that it requests', async () => {
    const { urlOf } = await server.channel()
    const headers = {
      Origin: 'http://elsewhere.test',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization,if-none-match',
    }
    const response = await fetch(urlOf('/long-poll'), { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,if-none-match')
  })

  it.each([
    ['/publish', 'not json'],
    ['/publish', '{"params":1}'],
    ['/publish', '[1]'],
    ['/feed', '{"rate":-1}'],
    ['/feed', '{"rate":"fast"}'],
    ['/feed', '{"symbols":0}'],
    ['/feed', '{"symbols":[""]}'],
    ['/feed', '{"batch":0}'],
    ['/token', '{"ttl":null}'],
    ['/orders', '{"item":"tea"}'],
    ['/orders', '[]'],
    ['/faults', '{}'],
    ['/faults', '{"fault":"kill","code":1005}'],
    ['/faults', '{"fault":"garbage","kind":"nice"}'],
    ['/faults', '{"fault":"refuse","retryAfter":"a\\nb"}'],
  ])('%s responds to %s with 400 and says what to do', async (path, body) => {
    const { send } = await server.channel()
    const response = await send(path, body)
    expect(response.status).toBe(400)
    expect(((await response.json()) as { message: string }).message).toMatch(/must|needs/)
  })

  it('lists its methods if another one is used', async () => {
    const { get } = await server.channel()
    const response = await get('/publish')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('tells a plain request for the socket to upgrade', async () => {
    const { get } = await server.channel()
    expect((await get('/socket')).status).toBe(426)
  })

  it('responds to an unknown path with 404 and the known paths', async () => {
    const response = await fetch(new URL('/nowhere', server.url()))
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('/long-poll')
  })
})
