import { describe, expect, it } from 'vitest'
import { setUpDemoServer, type Clients } from './harness.ts'

const server = setUpDemoServer()

describe('GET /clients', () => {
  it('lists connected clients and counts what was opened', async () => {
    const { get, socket, events } = await server.channel()
    const list = async () => (await (await get('/clients')).json()) as Clients
    expect(await list()).toEqual({ clients: [], opened: { socket: 0, events: 0, longPoll: 0, poll: 0 } })
    await socket('/socket?client=a').take()
    await events('/events?client=a')
    await get('/poll?client=b')
    await get('/poll?client=b')
    await get('/long-poll')
    const { clients, opened } = await list()
    expect(opened).toEqual({ socket: 1, events: 1, longPoll: 1, poll: 2 })
    expect(clients).toMatchObject([
      { client: 'a', transport: 'socket', requests: 1, open: 1 },
      { client: 'a', transport: 'events', requests: 1, open: 1 },
      { client: 'b', transport: 'poll', requests: 2, open: 0 },
      { client: '', transport: 'longPoll', requests: 1, open: 0 },
    ])
  })

  it('forgets a socket and a stream as soon as they are gone', async () => {
    const { get, socket, events } = await server.channel()
    const { ws, closed, take } = socket()
    const stream = await events('/events')
    await take()
    ws.close()
    stream.abort()
    await closed
    await expect.poll(async () => ((await (await get('/clients')).json()) as Clients).clients).toEqual([])
  })
})

describe('a held request', () => {
  it('is forgotten as soon as its client gives it up', async () => {
    const { hold, openLongPolls } = await server.channel()
    const { abort } = await hold()
    abort()
    await expect.poll(openLongPolls).toBe(0)
  })
})

describe('/orders', () => {
  it('lists with a validator that changes with the list', async () => {
    const { get, post, send } = await server.channel()
    const empty = await get('/orders')
    expect(await empty.json()).toEqual([])
    const etag = empty.headers.get('etag') ?? ''
    expect((await get('/orders', { 'If-None-Match': etag })).status).toBe(304)
    const order = await post('/orders', { item: 'tea', quantity: 2 })
    expect(order).toHaveProperty('id', expect.any(String))
    expect(order).toMatchObject({ item: 'tea', quantity: 2, status: 'open' })
    const changed = await get('/orders', { 'If-None-Match': etag })
    expect(await changed.json()).toEqual([order])
    expect((await send('/orders', order)).status).toBe(200)
    expect((await send('/orders', { item: 'tea', quantity: 1 })).status).toBe(201)
  })
})
