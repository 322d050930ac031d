import { describe, expect, it } from 'vitest'
import { cursorOf, setUpDemoServer, type Message } from './harness.ts'

const server = setUpDemoServer()

const read = async (response: Response) => (await response.json()) as Message[]

describe('GET /long-poll', () => {
  it('responds at once without a cursor, with the latest value of each key', async () => {
    const { get, publish } = await server.channel()
    const empty = await get('/long-poll')
    expect(empty.status).toBe(200)
    expect(await read(empty)).toEqual([])
    await publish(1, { n: 1 })
    await publish(2, { n: 1 })
    const head = await publish(3, { n: 2 })
    expect(await read(await get('/long-poll'))).toEqual([
      { type: 'note', params: { n: 1 }, response: 2 },
      { type: 'note', params: { n: 2 }, response: 3, ...head },
    ])
  })

  it('responds at once with everything after the cursor', async () => {
    const { get, publish } = await server.channel()
    const cursor = cursorOf(await get('/long-poll'))
    await publish('a')
    await publish('b')
    const response = await get('/long-poll', cursor)
    expect((await read(response)).map(message => message.response)).toEqual(['a', 'b'])
    await publish('c')
    expect((await read(await get('/long-poll', cursorOf(response)))).map(({ seq }) => seq)).toEqual([3])
  })

  it('holds the request until there is something', async () => {
    const { hold, publish } = await server.channel()
    const { answer } = await hold()
    const head = await publish('now')
    expect(await read((await answer) as Response)).toEqual([
      { type: 'note', params: null, response: 'now', ...head },
    ])
  })

  it('responds with 204 and the same cursor when the hold is over', async () => {
    const { get, publish } = await server.channel()
    await publish('a')
    const cursor = cursorOf(await get('/long-poll'))
    const response = await get('/long-poll?hold=30', cursor)
    expect(response.status).toBe(204)
    expect(cursorOf(response)).toEqual(cursor)
  })

  it('responds with 409 to the cursor of another epoch, of the future, or older than the ring', async () => {
    const { get, publish, post, fault } = await server.channel()
    const old = cursorOf(await get('/long-poll'))
    const { epoch } = await publish('a')
    const since = new Date().toUTCString()
    const future = { 'If-None-Match': `"${epoch}-99"`, 'If-Modified-Since': since }
    expect((await get('/long-poll', future)).status).toBe(409)
    const many = Array.from({ length: 5_000 }, (_, i) => ({ type: 'note', params: null, response: i }))
    await post('/publish', many)
    expect((await get('/long-poll', old)).status).toBe(409)
    await fault('forget')
    const last = { 'If-None-Match': `"${epoch}-5001"`, 'If-Modified-Since': since }
    expect((await get('/long-poll', last)).status).toBe(409)
  })

  it('takes the cursor as a pair only', async () => {
    const { get, publish } = await server.channel()
    await publish('a')
    const pair = cursorOf(await get('/long-poll'))
    const etag = { 'If-None-Match': pair['If-None-Match']! }
    const since = { 'If-Modified-Since': pair['If-Modified-Since']! }
    expect((await get('/long-poll', etag)).status).toBe(400)
    expect((await get('/long-poll', since)).status).toBe(400)
    const stranger = { 'If-Modified-Since': new Date(0).toUTCString() }
    expect((await get('/long-poll', { ...etag, ...stranger })).status).toBe(400)
    expect((await get('/long-poll', { 'If-None-Match': 'x', ...since })).status).toBe(400)
    expect((await get('/long-poll?hold=soon')).status).toBe(400)
  })
})
