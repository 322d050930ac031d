import { afterEach, describe, expect, it, vi } from 'vitest'
import { setUpDemoServer, within } from './harness.ts'

const server = setUpDemoServer()
const AUTH = 'auth=required'

afterEach(() => vi.useRealTimers())

async function channelWithToken(ttl = 60_000) {
  const channel = await server.channel()
  const issue = (life = ttl) =>
    channel.post<{ token: string; expiresAt: number }>('/token', { user: 'ann', ttl: life })
  const { token, expiresAt } = await issue()
  const counts = async () => (await channel.get('/tokens')).json() as Promise<Record<string, number>>
  return { ...channel, token, expiresAt, issue, counts }
}

/** Time passes by `vi.advanceTimersByTimeAsync` only, for the server of this process, too. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })

describe('a token over HTTP', () => {
  it.each(['/poll', '/long-poll', '/events', '/orders'])(
    'is needed by %s where auth is required',
    async path => {
      const { get, events, token } = await channelWithToken()
      expect((await get(path)).status).not.toBe(401)
      const refused = await get(`${path}?${AUTH}`)
      expect(refused.status).toBe(401)
      expect(await refused.text()).toContain('POST /token')
      const { response, abort } = await events(`${path}?${AUTH}&token=${token}`)
      expect(response.status).toBe(200)
      abort()
      const headers = { Authorization: `Bearer ${token}` }
      expect((await events(`${path}?${AUTH}`, { headers })).response.status).toBe(200)
    },
  )

  it('is refused once it has expired', async () => {
    const { get, issue } = await channelWithToken()
    const { token, expiresAt } = await issue(20)
    await new Promise(resolve => setTimeout(resolve, expiresAt - Date.now() + 5))
    expect((await get(`/poll?${AUTH}&token=${token}`)).status).toBe(401)
  })

  it('ends a held long poll with 401, and ends a stream', async () => {
    const { hold, events, fault, token } = await channelWithToken()
    const { answer } = await hold(`/long-poll?${AUTH}&token=${token}`)
    const stream = await events(`/events?${AUTH}&token=${token}`)
    await fault('expire-token')
    expect(await answer).toHaveProperty('status', 401)
    expect(await stream.ended).toBe('end')
  })
})

describe('a token on a socket', () => {
  it.each([
    ['query', '&token=TOKEN', []],
    ['subprotocol', '', ['v1', 'token.TOKEN']],
  ])('is taken from the %s', async (_, query, protocols) => {
    const { socket, token } = await channelWithToken()
    const fill = (text: string) => text.replace('TOKEN', token)
    const { take } = socket(`/socket?${AUTH}${fill(query)}`, protocols.map(fill))
    expect(await take()).toHaveProperty('type', 'welcome')
  })

  it('is read from the first message, and the server sends nothing before', async () => {
    const { socket, token, publish } = await channelWithToken()
    const { take, send, opened, inbox } = socket(`/socket?${AUTH}`)
    await opened
    await publish('secret')
    send({ type: 'authenticate', params: { token } })
    expect(await take()).toHaveProperty('type', 'welcome')
    send({ type: 'echo', params: 1 })
    expect(await take()).toHaveProperty('type', 'echo')
    expect(inbox.rest()).toEqual([])
  })

  it.each([
    ['a wrong token in the URL', '&token=wrong', undefined],
    ['a wrong token in the first message', '', { type: 'authenticate', params: { token: 'wrong' } }],
    ['no token in the first message', '', { type: 'authenticate' }],
    ['a first message that is no authentication', '', { type: 'echo', params: 1 }],
  ])('closes an accepted socket with 4401 for %s', async (_, query, message) => {
    const { socket } = await channelWithToken()
    const { opened, closed, send, inbox } = socket(`/socket?${AUTH}${query}`)
    expect(await opened).toBe('open')
    if (message) send(message)
    expect(await closed).toBe(4401)
    expect(inbox.rest()).toEqual([])
  })

  it('closes a socket with 4401 if it sends no token within 5 s', async () => {
    const { socket } = await channelWithToken()
    stopTime()
    const { opened, ws, closed } = socket(`/socket?${AUTH}`)
    await opened
    await vi.advanceTimersByTimeAsync(4_999)
    expect(ws.readyState).toBe(ws.OPEN)
    await vi.advanceTimersByTimeAsync(1)
    expect(await closed).toBe(4401)
  })

  it('closes the live socket with 4401 when it expires', async () => {
    const { socket, token } = await channelWithToken(60_000)
    stopTime()
    const { take, closed } = socket(`/socket?${AUTH}&token=${token}`)
    await take()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await closed).toBe(4401)
  })

  it('can be renewed on the live socket, and is never echoed', async () => {
    const { socket, issue, counts } = await channelWithToken()
    const short = await issue(60_000)
    const { token } = await issue(180_000)
    stopTime()
    const { take, send, inbox } = socket(`/socket?${AUTH}&token=${short.token}`)
    await take()
    send({ type: 'authenticate', params: { token } })
    for (const params of [1, 2]) {
      send({ type: 'echo', params })
      expect(await take()).toMatchObject({ type: 'echo', params })
      await vi.advanceTimersByTimeAsync(61_000)
    }
    expect(inbox.rest()).toEqual([])
    vi.useRealTimers()
    expect(await counts()).toMatchObject({ refused: 0 })
  })

  it('expire-token ends those of one client only', async () => {
    const { socket, issue, fault } = await channelWithToken()
    const [a, b] = [await issue(), await issue()]
    const one = socket(`/socket?${AUTH}&client=a&token=${a.token}`)
    const other = socket(`/socket?${AUTH}&client=b&token=${b.token}`)
    await Promise.all([one.take(), other.take()])
    await fault('expire-token', { client: 'a' })
    expect(await one.closed).toBe(4401)
    expect(await within(50, other.closed)).toBe('nothing')
  })
})

describe('GET /tokens', () => {
  it('counts issued, refused and active, and prints no token', async () => {
    const { get, token, issue, fault, counts } = await channelWithToken()
    await issue()
    await get(`/poll?${AUTH}`)
    await get(`/poll?${AUTH}&token=wrong`)
    expect(await counts()).toEqual({ issued: 2, refused: 2, active: 2 })
    expect(await (await get('/tokens')).text()).not.toContain(token)
    await fault('expire-token')
    expect(await counts()).toMatchObject({ active: 0 })
  })
})
