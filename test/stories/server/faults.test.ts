import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Clients, setUpDemoServer, within } from './harness.ts'

const server = setUpDemoServer()

describe('POST /faults', () => {
  it('responds to an unknown fault with the known names', async () => {
    const { send } = await server.channel()
    const response = await send('/faults', { fault: 'flood' })
    expect(response.status).toBe(400)
    const text = await response.text()
    const names = 'kill freeze thaw refuse down delay drop garbage expire-token forget clear'.split(' ')
    for (const name of names) expect(text).toContain(name)
  })

  it('responds with the faults that are on, until clear', async () => {
    const { fault } = await server.channel()
    await fault('delay', { ms: 0, client: 'a' })
    expect(await fault('drop', { every: 3 })).toEqual({
      faults: [
        { fault: 'delay', delay: 0, client: 'a' },
        { fault: 'drop', every: 3 },
      ],
    })
    expect(await fault('clear', { client: 'a' })).toEqual({ faults: [{ fault: 'drop', every: 3 }] })
    expect(await fault('clear')).toEqual({ faults: [] })
  })

  it('ends a timed fault by itself', async () => {
    const { fault, get } = await server.channel()
    expect(await fault('refuse', { ms: 400 })).toHaveProperty('faults.0.until', expect.any(Number))
    await expect.poll(async () => (await get('/poll')).status).toBe(200)
  })
})

describe('kill', () => {
  it('breaks sockets, streams and held requests', async () => {
    const channel = await server.channel()
    const { closed, take } = channel.socket('/socket?client=a')
    const stream = await channel.events('/events?client=a')
    const { answer } = await channel.hold()
    await take()
    await channel.fault('kill')
    expect(await closed).toBe(1006)
    expect(await stream.ended).toBe('broken')
    expect(await answer).toBe('broken')
  })

  it('hits one client only where one is named', async () => {
    const { socket, fault } = await server.channel()
    const a = socket('/socket?client=a')
    const b = socket('/socket?client=b')
    await Promise.all([a.take(), b.take()])
    await fault('kill', { client: 'a' })
    expect(await a.closed).toBe(1006)
    expect(await within(50, b.closed)).toBe('nothing')
  })

  it('closes in order where a code is given', async () => {
    const { socket, events, fault } = await server.channel()
    const { closed, take } = socket()
    const stream = await events('/events')
    await take()
    await fault('kill', { code: 4000 })
    expect(await closed).toBe(4000)
    expect(await stream.ended).toBe('end')
  })
})

describe('a close by code', () => {
  it('ends the TCP connection once the client has replied, as browsers expect from a server', async () => {
    const { urlOf, fault } = await server.channel()
    const { port, pathname, search } = urlOf('/socket')
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
    const ended = once(socket, 'end')
    const lines = [
      `GET ${pathname}${search} HTTP/1.1`,
      'Host: demo',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    let received = ''
    socket.on('data', data => (received += data.toString('latin1')))
    await expect.poll(() => received).toContain('"type":"welcome"')
    await fault('kill', { code: 4000 })
    await expect.poll(() => received).toContain('\x88')
    const maskedClose = [0x88, 0x82, 0, 0, 0, 0, 0x0f, 0xa0]
    socket.write(Buffer.from(maskedClose))
    await ended
    socket.destroy()
  })
})

describe('freeze', () => {
  it('says nothing on what is open, not even a pong or a close, and all of it in order after thaw', async () => {
    const { socket, events, fault, publish } = await server.channel()
    const { ws, take, send, inbox } = socket()
    const stream = await events('/events?comment=10')
    await take()
    let pongs = 0
    ws.on('pong', () => (pongs += 1))
    await fault('freeze')
    stream.comments.rest()
    await publish('a')
    send({ type: 'echo', params: 1 })
    ws.ping()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect([inbox.rest(), stream.inbox.rest(), pongs]).toEqual([[], [], 0])
    expect(stream.comments.rest().length).toBeLessThanOrEqual(1)
    await fault('thaw')
    expect([(await take()).response, (await take()).response]).toEqual(['a', 1])
    expect((await stream.take()).message.response).toBe('a')
    await expect.poll(() => pongs).toBe(1)
  })

  it('sends no reply to a close', async () => {
    const { socket, fault } = await server.channel()
    const { ws, closed, take } = socket()
    await take()
    await fault('freeze')
    ws.close(1000)
    expect(await within(100, closed)).toBe('nothing')
    await fault('thaw')
    expect(await closed).toBe(1000)
  })

  it('accepts new connections and says nothing on them until it is over', async () => {
    const { socket, get, fault } = await server.channel()
    await fault('freeze', { client: 'a' })
    expect((await get('/poll')).status).toBe(200)
    const { opened, take } = socket('/socket?client=a')
    const polled = get('/poll?client=a')
    expect(await within(60, Promise.race([opened, polled]))).toBe('nothing')
    await fault('thaw')
    expect(await opened).toBe('open')
    expect((await polled).status).toBe(200)
    expect((await take()).type).toBe('welcome')
  })
})

describe('refuse', () => {
  it('responds to requests and upgrades with the status and Retry-After', async () => {
    const { socket, get, fault } = await server.channel()
    await fault('refuse', { status: 429, retryAfter: 7 })
    for (const path of ['/poll', '/long-poll', '/events', '/orders']) {
      const response = await get(path)
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    }
    expect(await socket().opened).toBe(429)
  })

  it('leaves what is open alone', async () => {
    const { socket, fault, publish } = await server.channel()
    const { take } = socket()
    await take()
    await fault('refuse')
    await publish('still')
    expect((await take()).response).toBe('still')
  })
})

describe('down', () => {
  it('breaks all connections and responds to none until it is over', async () => {
    const { socket, get, fault } = await server.channel()
    const { closed, take } = socket()
    await take()
    await fault('down', { ms: 60_000 })
    expect(await closed).toBe(1006)
    await expect(get('/poll')).rejects.toThrow()
    await expect(socket().opened).rejects.toThrow()
    await fault('clear')
    expect((await get('/poll')).status).toBe(200)
  })
})

describe('delay', () => {
  it('returns a response that holds what was true when it was requested', async () => {
    const { fault, get, publish } = await server.channel()
    await publish('before')
    await fault('delay', { ms: 300, client: 'reader' })
    const answer = get('/poll?type=note&client=reader')
    await expect.poll(async () => ((await (await get('/clients')).json()) as Clients).clients).toHaveLength(1)
    await publish('after')
    expect(await (await answer).json()).toBe('before')
  })

  it('delays each message and response by ms and keeps their order', async () => {
    const { socket, get, fault, publish } = await server.channel()
    const { take } = socket()
    await take()
    await fault('delay', { ms: 80 })
    const start = Date.now()
    await publish('a')
    await fault('delay', { ms: 0 })
    await publish('b')
    expect([(await take()).response, (await take()).response]).toEqual(['a', 'b'])
    expect(Date.now() - start).toBeGreaterThanOrEqual(75)
    await fault('delay', { ms: 80 })
    const asked = Date.now()
    await get('/poll')
    expect(Date.now() - asked).toBeGreaterThanOrEqual(75)
  })
})

describe('drop', () => {
  it('skips every n-th message of each connection and logs it', async () => {
    const { socket, events, get, fault, publish } = await server.channel()
    const { take } = socket()
    const stream = await events('/events')
    await take()
    await fault('drop', { every: 2 })
    for (const text of ['a', 'b', 'c']) await publish(text)
    expect([(await take()).seq, (await take()).seq]).toEqual([1, 3])
    expect([(await stream.take()).message.seq, (await stream.take()).message.seq]).toEqual([1, 3])
    const { epoch } = (await (await get('/poll')).json()) as { epoch: string }
    await fault('clear')
    const resumed = socket(`/socket?epoch=${epoch}&seq=0`)
    await resumed.take()
    expect((await resumed.take()).seq).toBe(1)
    expect((await resumed.take()).seq).toBe(2)
  })
})

describe('garbage', () => {
  it.each([
    ['text', /^\{"type":"price","params":\{"symbol":$/],
    ['proto', /"type":"__proto__"/],
    ['unknown', /"type":"no-such-type"/],
    ['number-type', /"type":42/],
    ['empty', /^$/],
  ])('%s comes as a message, an event and instead of responses', async (kind, pattern) => {
    const channel = await server.channel()
    const { inbox, take } = channel.socket()
    const stream = await channel.events('/events')
    const { answer } = await channel.hold()
    await take()
    await channel.fault('garbage', { kind, count: 2 })
    for (let i = 0; i < 2; i += 1) {
      expect((await inbox.take()).data.toString()).toMatch(pattern)
      expect((await stream.inbox.take()).data).toMatch(pattern)
      const polled = await channel.get('/poll')
      expect(polled.headers.get('etag')).toBeNull()
      expect(await polled.text()).toMatch(pattern)
    }
    expect(await ((await answer) as Response).text()).toMatch(pattern)
    expect(await (await channel.get('/poll')).json()).toHaveProperty('epoch')
    await channel.publish('truth')
    expect((await take()).response).toBe('truth')
  })

  it('html is a page with 200 instead of the next responses, including streams', async () => {
    const { get, fault, events } = await server.channel()
    await fault('garbage', { kind: 'html' })
    for (const path of ['/poll', '/long-poll', '/events']) {
      const page = await get(path)
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(await page.text()).toMatch(/^<!doctype html>/)
    }
    const { response } = await events('/events')
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  })
})

describe('forget', () => {
  it('starts a new epoch: nothing resumes, latest values stay', async () => {
    const { socket, events, get, fault, publish } = await server.channel()
    const { epoch, seq } = await publish('a')
    await fault('forget')
    const resumed = socket(`/socket?epoch=${epoch}&seq=${seq}`)
    const welcome = await resumed.take()
    expect(welcome).toMatchObject({ response: { resumed: false, seq: 0 } })
    expect((welcome.response as { epoch: string }).epoch).not.toBe(epoch)
    const stream = await events('/events', { headers: { 'Last-Event-ID': `${epoch}:${seq}` } })
    expect((await stream.take()).event).toBe('reset')
    expect((await stream.take()).message.response).toBe('a')
    expect(await (await get('/poll?type=note')).json()).toBe('a')
    expect((await publish('b')).seq).toBe(1)
  })
})
