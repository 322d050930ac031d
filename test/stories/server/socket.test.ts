import { describe, expect, it } from 'vitest'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()

describe('/socket', () => {
  it('says welcome first and resumes nothing for a fresh client', async () => {
    const { socket, publish } = await server.channel()
    const head = await publish('a')
    const { take } = socket()
    const welcome = { type: 'welcome', params: null, response: { resumed: false, ...head } }
    expect(await take()).toEqual(welcome)
    const next = await publish('b')
    expect(await take()).toEqual({ type: 'note', params: null, response: 'b', ...next })
  })

  it('sends the latest values after the welcome if a snapshot is requested', async () => {
    const { socket, publish } = await server.channel()
    await publish(1, { n: 1 })
    const head = await publish(2, { n: 2 })
    const { take } = socket('/socket?snapshot=1')
    await take()
    expect(await take()).toEqual({ type: 'note', params: { n: 1 }, response: 1 })
    expect(await take()).toEqual({ type: 'note', params: { n: 2 }, response: 2, ...head })
  })

  it('resumes at epoch and seq: what was missed, in order, then live', async () => {
    const { socket, publish } = await server.channel()
    const { epoch, seq } = await publish('a')
    await publish('b')
    await publish('c')
    const { take } = socket(`/socket?epoch=${epoch}&seq=${seq}&snapshot=1`)
    expect(await take()).toMatchObject({ response: { resumed: true, epoch, seq: 3 } })
    await publish('d')
    expect([await take(), await take(), await take()].map(m => m.response)).toEqual(['b', 'c', 'd'])
  })

  it.each(['epoch=other&seq=1', 'epoch=E&seq=9', 'epoch=E&seq=x', 'epoch=E'])(
    'does not resume at %s',
    async cursor => {
      const { socket, publish } = await server.channel()
      const { epoch } = await publish('a')
      const { take } = socket(`/socket?${cursor.replace('E', epoch)}`)
      expect(await take()).toMatchObject({ response: { resumed: false } })
    },
  )

  it('replies to a heartbeat with the time and the head of the log', async () => {
    const { socket, publish } = await server.channel()
    const head = await publish('a')
    const { take, send, opened } = socket()
    await opened
    send({ type: 'heartbeat' })
    await take()
    const answer = await take()
    expect(answer).toMatchObject({ type: 'heartbeat', params: null, response: head })
    expect(answer.response).toHaveProperty('at', expect.any(Number))
  })

  it.each([
    ['text frames', '/socket', false],
    ['binary frames of UTF-8 JSON', '/socket?binary=1', true],
  ])('replies in %s for %s', async (_, path, isBinary) => {
    const { socket } = await server.channel()
    const { inbox, opened, send } = socket(path)
    await opened
    send({ type: 'echo', params: 'grün' })
    const frames = [await inbox.take(), await inbox.take()]
    expect(frames.map(frame => frame.isBinary)).toEqual([isBinary, isBinary])
    expect(JSON.parse(frames[1]!.data.toString('utf8'))).toHaveProperty('response', 'grün')
  })

  it('echoes a binary frame as it came', async () => {
    const { socket } = await server.channel()
    const { inbox, opened, ws } = socket()
    await opened
    ws.send(Buffer.from([0, 1, 255]))
    await inbox.take()
    expect(await inbox.take()).toEqual({ data: Buffer.from([0, 1, 255]), isBinary: true })
  })

  it('selects the first subprotocol that is no token, and a token only if alone', async () => {
    const { socket } = await server.channel()
    const both = socket('/socket', ['token.abc', 'v2', 'v1'])
    const alone = socket('/socket', ['token.abc'])
    await Promise.all([both.opened, alone.opened])
    expect([both.ws.protocol, alone.ws.protocol]).toEqual(['v2', 'token.abc'])
  })

  it('puts up to `batch` envelopes into one frame', async () => {
    const { socket, post } = await server.channel()
    await post('/feed', { batch: 2 })
    const { take } = socket()
    await take()
    const note = { type: 'note', params: null, response: 0 }
    await post('/publish', [note, note, note])
    expect(await take()).toMatchObject([{ seq: 1 }, { seq: 2 }])
    expect(await take()).toMatchObject([{ seq: 3 }])
  })
})

describe('a request over the socket', () => {
  async function open() {
    const channel = await server.channel()
    const connection = channel.socket()
    await connection.take()
    const ask = (type: string, params: unknown) => {
      connection.send({ type, params })
      return connection.take()
    }
    return { ...channel, ...connection, ask }
  }

  it('gets a reply with its own type and params', async () => {
    const { ask } = await open()
    const params = { b: [1, null], a: {} }
    expect(await ask('echo', params)).toEqual({ type: 'echo', params, response: params })
  })

  it('gets a reply with its id as `re`, refused or not, and without `re` if it has none', async () => {
    const { send, take } = await open()
    send([
      { type: 'echo', params: 1, id: 7 },
      { type: 'no such thing', id: 'mine' },
      { type: 'echo', params: 2, id: { not: 'an id' } },
    ])
    expect(await take()).toEqual({ type: 'echo', params: 1, response: 1, re: 7 })
    expect(await take()).toMatchObject({ type: 'no such thing', error: { code: 'unknown-type' }, re: 'mine' })
    expect(await take()).toEqual({ type: 'echo', params: 2, response: 2 })
  })

  it('price: the latest response, or not-found', async () => {
    const { ask, publish, take } = await open()
    const missing = await ask('price', { symbol: 'BTC' })
    expect(missing).toMatchObject({ type: 'price', params: { symbol: 'BTC' }, error: { code: 'not-found' } })
    await publish({ last: 5 }, { symbol: 'BTC' }, 'price')
    await take()
    expect((await ask('price', { symbol: 'BTC' })).response).toEqual({ last: 5 })
  })

  it('order.create publishes order.changed to all and replies with the order; the same id creates nothing', async () => {
    const { ask, take, socket, get } = await open()
    const other = socket()
    await other.take()
    const params = { id: 'o1', item: 'tea', quantity: 2 }
    const changed = await ask('order.create', params)
    expect(changed).toMatchObject({ type: 'order.changed', params: { id: 'o1' }, response: params, seq: 1 })
    const order = (await take()).response
    expect(order).toMatchObject({ ...params, status: 'open' })
    expect(await other.take()).toEqual(changed)
    expect((await ask('order.create', params)).response).toEqual(order)
    expect((await ask('orders', null)).response).toEqual([order])
    expect(await (await get('/orders')).json()).toEqual([order])
  })

  it('order.cancel cancels once and replies not-found to an unknown id', async () => {
    const { ask, take, post } = await open()
    await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
    await take()
    expect(await ask('order.cancel', { id: 'o1' })).toMatchObject({ type: 'order.changed' })
    expect((await take()).response).toMatchObject({ id: 'o1', status: 'cancelled' })
    expect(await ask('order.cancel', { id: 'o1' })).toMatchObject({ type: 'order.cancel' })
    expect((await ask('order.cancel', { id: 'o2' })).error?.code).toBe('not-found')
  })

  it('order.change counts the version up, and publishes and replies as late as it is told to', async () => {
    const { ask, send, take, post, get } = await open()
    await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
    await take()
    const changed = { id: 'o1', quantity: 2, version: 2 }
    expect(await ask('order.change', { id: 'o1', quantity: 2, replyAfter: 50 })).toMatchObject({
      type: 'order.changed',
      response: changed,
    })
    expect(await take()).toMatchObject({ type: 'order.change', response: changed })

    send({ type: 'order.change', params: { id: 'o1', quantity: 3, pushAfter: 50 } })
    expect(await take()).toMatchObject({ type: 'order.change', response: { version: 3 } })
    expect(await (await get('/orders')).json()).toMatchObject([{ quantity: 3 }])
    expect(await take()).toMatchObject({ type: 'order.changed', response: { version: 3 } })
  })

  it('order.change refuses as late as it would reply, and changes nothing', async () => {
    const { ask, send, take, post, get } = await open()
    await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
    await take()
    send({ type: 'order.change', params: { id: 'o1', quantity: 0, replyAfter: 50 } })
    expect(await ask('echo', 1)).toMatchObject({ type: 'echo' })
    expect(await take()).toMatchObject({ type: 'order.change', error: { code: 'bad-request' } })
    expect(await (await get('/orders')).json()).toMatchObject([{ quantity: 1, version: 1 }])
  })

  it('order.remove publishes order.removed to all and replies not-found to an unknown id', async () => {
    const { ask, take, post, get } = await open()
    await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
    await take()
    const params = { id: 'o1' }
    expect(await ask('order.remove', params)).toMatchObject({
      type: 'order.removed',
      params,
      response: params,
    })
    expect(await take()).toMatchObject({ type: 'order.remove', response: params })
    expect(await (await get('/orders')).json()).toEqual([])
    expect((await ask('order.remove', params)).error?.code).toBe('not-found')
  })

  it('chat.send publishes chat.message and replies with its id', async () => {
    const { ask, take } = await open()
    const params = { text: 'hello', author: 'ann' }
    const published = await ask('chat.send', params)
    expect(published).toMatchObject({ type: 'chat.message', params: null, response: params })
    const { id } = published.response as { id: string }
    expect(await take()).toEqual({ type: 'chat.send', params, response: { ok: true, id } })
  })

  it('slow is overtaken by others', async () => {
    const { ask, send, take } = await open()
    send({ type: 'slow', params: { ms: 50 } })
    expect((await ask('echo', 1)).type).toBe('echo')
    expect(await take()).toEqual({ type: 'slow', params: { ms: 50 }, response: { ms: 50 } })
  })

  it('binary replies with a frame of that many bytes', async () => {
    const { send, inbox } = await open()
    send({ type: 'binary', params: { bytes: 100_000 } })
    const { data, isBinary } = await inbox.take()
    expect([data.length, isBinary]).toEqual([100_000, true])
  })

  it.each(['nope', '__proto__', 'constructor'])('%s is an unknown type', async type => {
    const { ask } = await open()
    const params = { a: 1 }
    expect(await ask(type, params)).toMatchObject({ type, params, error: { code: 'unknown-type' } })
  })

  it.each(['{', '1', 'null', '{"type":5}', '[[]]'])(
    '%s is answered with what a message must be',
    async text => {
      const { ws, take } = await open()
      ws.send(text)
      expect(await take()).toMatchObject({ type: 'error', params: null, error: { code: 'bad-message' } })
    },
  )

  it.each([
    ['slow', null],
    ['binary', { bytes: 1e12 }],
    ['order.create', { item: '' }],
    ['order.change', { id: 'o1', quantity: 1, replyAfter: -1 }],
    ['chat.send', 'hi'],
  ])('%s refuses the params %j', async (type, params) => {
    const { ask } = await open()
    expect(await ask(type, params)).toMatchObject({ type, params, error: { code: 'bad-request' } })
  })
})
