import { getEventListeners, setMaxListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/core/envelope.ts'
import { ConnectionLostError, RequestError, RequestTimeoutError } from '../../src/core/errors.ts'
import { Requests, type RequestEnvelope } from '../../src/core/requests.ts'
import { FakeClock } from '../support/fakeClock.ts'

/** A network that sends at once, keeps what it gets until it is opened, or takes nothing. */
function setup(mode: 'open' | 'queue' | 'full' = 'open') {
  const clock = new FakeClock()
  const network = { mode, frames: [] as RequestEnvelope[], cancelled: 0 }
  const waiting: (() => void)[] = []
  const requests = new Requests(clock, (envelope, sent) => {
    if (network.mode === 'full') return undefined
    const leave = () => {
      network.frames.push(envelope)
      sent()
    }
    if (network.mode === 'open') leave()
    else waiting.push(leave)
    return { cancel: () => void network.cancelled++ }
  })
  const open = () => {
    network.mode = 'open'
    waiting.splice(0).forEach(leave => leave())
  }
  return { clock, network, requests, open }
}

const price = (symbol: string) => ({ type: 'price', params: { symbol } })
const reply = (envelope: RequestEnvelope, more: Partial<Message>): Message => ({
  params: undefined,
  response: undefined,
  ...envelope,
  ...more,
})

/** Whether the message was a reply; if so, it settles its request. */
function settle(requests: Requests, message: Message): boolean {
  const finish = requests.take(message)
  finish?.(message)
  return finish !== undefined
}

describe('a reply', () => {
  test('is matched by type and params, in whatever order and with whatever order of keys', async () => {
    const { requests } = setup()
    const a = requests.request({ type: 'sum', params: { x: 1, y: 2 } }, {})
    const b = requests.request({ type: 'sum', params: { x: 2, y: 2 } }, {})
    expect(settle(requests, reply({ type: 'sum', params: { y: 2, x: 2 } }, { response: 4 }))).toBe(true)
    expect(settle(requests, reply({ type: 'sum', params: { y: 2, x: 1 } }, { response: 3 }))).toBe(true)
    expect(await Promise.all([a, b])).toEqual([3, 4])
  })

  test('to no params may have none, or null', async () => {
    const { requests } = setup()
    const request = requests.request({ type: 'time' }, {})
    expect(settle(requests, reply({ type: 'time', params: null }, { response: 5 }))).toBe(true)
    expect(await request).toBe(5)
  })

  test('with an error rejects with what the server said', async () => {
    const { requests } = setup()
    const request = requests.request(price('X'), {})
    settle(requests, reply(price('X'), { error: { code: 7 } }))
    await expect(request).rejects.toMatchObject({ name: 'RequestError', error: { code: 7 } })
    await expect(request).rejects.toBeInstanceOf(RequestError)
  })

  test('that nobody waits for, or that comes late, is no reply (W35)', async () => {
    const { clock, requests } = setup()
    expect(settle(requests, reply(price('A'), {}))).toBe(false)
    const request = requests.request(price('A'), { timeout: 50 })
    const rejected = expect(request).rejects.toBeInstanceOf(RequestTimeoutError)
    clock.advance(50)
    await rejected
    expect(settle(requests, reply(price('A'), { response: 1 }))).toBe(false)
  })

  test('cannot come before the request has left', async () => {
    const { requests, open } = setup('queue')
    const request = requests.request(price('A'), {})
    expect(settle(requests, reply(price('A'), { response: 'a push' }))).toBe(false)
    open()
    expect(settle(requests, reply(price('A'), { response: 'the reply' }))).toBe(true)
    expect(await request).toBe('the reply')
  })
})

describe('equal requests that are pending', () => {
  test('share one frame and one reply', async () => {
    const { network, requests } = setup()
    const all = Array.from({ length: 50 }, () => requests.request(price('A'), {}))
    expect(network.frames).toEqual([price('A')])
    settle(requests, reply(price('A'), { response: 1 }))
    expect(await Promise.all(all)).toEqual(Array.from({ length: 50 }, () => 1))
    void requests.request(price('A'), {}).catch(() => undefined)
    expect(network.frames).toHaveLength(2)
  })

  test('have their own timeout and abort: one that leaves harms no other', async () => {
    const { clock, network, requests } = setup()
    const controller = new AbortController()
    const aborted = expect(requests.request(price('A'), { signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    const short = expect(requests.request(price('A'), { timeout: 10 })).rejects.toThrow(/10 ms/)
    const stays = requests.request(price('A'), {})
    controller.abort(new Error('enough'))
    clock.advance(10)
    await Promise.all([aborted, short])
    expect(network.cancelled).toBe(0)
    settle(requests, reply(price('A'), { response: 1 }))
    expect(await stays).toBe(1)
  })
})

describe('a request', () => {
  test('times out after 10 s by default', async () => {
    const { clock, requests } = setup()
    const request = requests.request(price('A'), {})
    let isDone = false
    request.catch(() => (isDone = true))
    clock.advance(9_999)
    await Promise.resolve()
    expect(isDone).toBe(false)
    clock.advance(1)
    await expect(request).rejects.toMatchObject({ code: 'request-timeout' })
  })

  test('that is aborted while it waits for the connection is taken back', async () => {
    const { network, requests } = setup('queue')
    const controller = new AbortController()
    const request = requests.request(price('A'), { signal: controller.signal })
    controller.abort()
    await expect(request).rejects.toMatchObject({ name: 'AbortError' })
    expect([network.cancelled, requests.size]).toEqual([1, 0])
  })

  test('that is aborted already sends nothing', async () => {
    const { network, requests } = setup()
    await expect(requests.request(price('A'), { signal: AbortSignal.abort() })).rejects.toThrow()
    expect([network.frames.length, requests.size]).toEqual([0, 0])
  })

  test('that no queue takes rejects at once', async () => {
    const { requests } = setup('full')
    await expect(requests.request(price('A'), {})).rejects.toBeInstanceOf(ConnectionLostError)
    expect(requests.size).toBe(0)
  })

  test('that cannot be serialized rejects, and the next equal one is a new one', async () => {
    const clock = new FakeClock()
    let calls = 0
    const requests = new Requests(clock, () => {
      calls++
      throw new Error('not serializable')
    })
    const ask = () => expect(requests.request(price('A'), {})).rejects.toThrow('not serializable')
    await ask()
    await ask()
    expect([calls, requests.size, clock.pending]).toEqual([2, 0, 0])
  })
})

describe('at a loss', () => {
  test('what was sent rejects, and what still waits goes on waiting', async () => {
    const { network, requests, open } = setup()
    const sent = expect(requests.request(price('A'), {})).rejects.toBeInstanceOf(ConnectionLostError)
    network.mode = 'queue'
    const waiting = requests.request(price('B'), {})
    requests.lost()
    await sent
    open()
    settle(requests, reply(price('B'), { response: 2 }))
    expect(await waiting).toBe(2)
  })

  test('what is idempotent is sent again, once (W34)', async () => {
    const { network, requests, open } = setup()
    const request = requests.request(price('A'), { idempotent: true })
    network.mode = 'queue'
    requests.lost()
    requests.lost()
    expect(settle(requests, reply(price('A'), { response: 'too early' }))).toBe(false)
    open()
    expect(network.frames).toEqual([price('A'), price('A')])
    settle(requests, reply(price('A'), { response: 1 }))
    expect(await request).toBe(1)
  })

  test('what is idempotent rejects where it cannot be queued', async () => {
    const { network, requests } = setup()
    const request = expect(requests.request(price('A'), { idempotent: true })).rejects.toThrow(
      ConnectionLostError,
    )
    network.mode = 'full'
    requests.lost()
    await request
    expect(requests.size).toBe(0)
  })

  test('of everything, everything rejects', async () => {
    const { requests } = setup('queue')
    const all = ['A', 'B'].map(symbol => requests.request(price(symbol), { idempotent: true }))
    requests.rejectAll(new ConnectionLostError('closed'))
    for (const request of all) await expect(request).rejects.toThrow('closed')
    expect(requests.size).toBe(0)
  })
})

test('10,000 requests, answered, aborted, lost or timed out, leave no entry, timer or listener (W35)', async () => {
  const { clock, requests } = setup()
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const all = Array.from({ length: 10_000 }, (_, index) => {
    const request = requests.request(price(`${index}`), {
      signal: index % 4 === 3 ? AbortSignal.abort() : signal,
    })
    if (index % 4 === 0) settle(requests, reply(price(`${index}`), { response: index }))
    return request
  })
  requests.lost()
  const later = requests.request(price('late'), { signal })
  clock.advance(10_000)
  const results = await Promise.allSettled([...all, later])
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2_500)
  expect([requests.size, clock.pending]).toEqual([0, 0])
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
