import { getEventListeners, setMaxListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/core/envelope.ts'
import { ConnectionLostError, RequestError, RequestTimeoutError } from '../../src/core/errors.ts'
import { Requests, type RequestEnvelope, type RequestFrame } from '../../src/core/requests.ts'
import { FakeClock } from '../support/fakeClock.ts'

/** A network that sends at once, queues frames until it is opened, or is closed permanently. */
function setup(mode: 'open' | 'queue' | 'closed' = 'open') {
  const clock = new FakeClock()
  const network = { mode, frames: [] as RequestFrame[], cancelled: 0 }
  const waiting = new Set<() => void>()
  const requests = new Requests(clock, (frame, posted) => {
    if (network.mode === 'closed') return undefined
    const leave = () => {
      network.frames.push(frame)
      posted.sent()
    }
    if (network.mode === 'open') leave()
    else waiting.add(leave)
    return () => {
      network.cancelled++
      waiting.delete(leave)
    }
  })
  const open = () => {
    network.mode = 'open'
    waiting.forEach(leave => leave())
    waiting.clear()
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

/** Whether the message was a reply. If so, it settles its request. */
function settle(requests: Requests, message: Message): boolean {
  const reply = requests.matchReply(message)
  reply?.settle(reply.message)
  return reply !== undefined
}

describe('a reply', () => {
  test('is matched by type and params, in any order of replies and of keys', async () => {
    const { requests } = setup()
    const a = requests.request({ type: 'sum', params: { x: 1, y: 2 } }, {})
    const b = requests.request({ type: 'sum', params: { x: 2, y: 2 } }, {})
    expect(settle(requests, reply({ type: 'sum', params: { y: 2, x: 2 } }, { response: 4 }))).toBe(true)
    expect(settle(requests, reply({ type: 'sum', params: { y: 2, x: 1 } }, { response: 3 }))).toBe(true)
    expect(await Promise.all([a, b])).toEqual([3, 4])
  })

  test('to a request without params may have none, or null', async () => {
    const { requests } = setup()
    const request = requests.request({ type: 'time' }, {})
    expect(settle(requests, reply({ type: 'time', params: null }, { response: 5 }))).toBe(true)
    expect(await request).toBe(5)
  })

  test('with an error rejects with what the server sent', async () => {
    const { requests } = setup()
    const request = requests.request(price('X'), {})
    settle(requests, reply(price('X'), { error: { code: 7 } }))
    await expect(request).rejects.toMatchObject({ name: 'RequestError', error: { code: 7 } })
    await expect(request).rejects.toBeInstanceOf(RequestError)
  })

  test('that no request waits for is not a reply (W35)', () => {
    const { requests } = setup()
    expect(settle(requests, reply(price('A'), {}))).toBe(false)
    void requests.request(price('A'), {})
    expect(settle(requests, reply(price('B'), {}))).toBe(false)
  })

  test('cannot arrive before the request was sent', async () => {
    const { requests, open } = setup('queue')
    const request = requests.request(price('A'), {})
    expect(settle(requests, reply(price('A'), { response: 'a push' }))).toBe(false)
    open()
    expect(settle(requests, reply(price('A'), { response: 'the reply' }))).toBe(true)
    expect(await request).toBe('the reply')
  })
})

describe('a reply that names its request by `re`', () => {
  test('settles that request, in any order', async () => {
    const { network, requests } = setup()
    const all = [1, 2, 3].map(() => requests.request(price('A'), {}))
    const [first, second, third] = network.frames.map(({ id }) => id)
    for (const re of [third, first, second]) {
      expect(settle(requests, reply(price('A'), { re, response: re }))).toBe(true)
    }
    expect(await Promise.all(all)).toEqual([first, second, third])
  })

  test('may name it as a string', async () => {
    const { network, requests } = setup()
    const request = requests.request(price('A'), {})
    settle(requests, reply(price('A'), { re: String(network.frames[0]?.id), response: 1 }))
    expect(await request).toBe(1)
  })

  test('may leave out type and params, and gets those of the request', () => {
    const { network, requests } = setup()
    void requests.request(price('A'), {})
    const bare = { type: '', params: undefined, response: 1, re: network.frames[0]?.id }
    expect(requests.matchReply(bare)?.message).toMatchObject({ ...price('A'), response: 1 })
  })

  test('may have another type and other params, which it keeps', async () => {
    const { network, requests } = setup()
    const request = requests.request({ type: 'order.create', params: { item: 'tea' } }, {})
    const created = reply({ type: 'order.created' }, { re: network.frames[0]?.id, response: 1 })
    expect(requests.matchReply(created)?.message).toBe(created)
    const other = requests.request({ type: 'order.create', params: { item: 'tea' } }, {})
    settle(requests, reply({ type: 'order.created' }, { re: network.frames[1]?.id, response: 2 }))
    expect(await other).toBe(2)
    void request.catch(() => undefined)
  })

  test('settles nothing if that request is settled, was never sent, or is unknown', async () => {
    const { network, requests } = setup()
    const first = requests.request(price('A'), {})
    const re = network.frames[0]?.id
    settle(requests, reply(price('A'), { re, response: 1 }))
    await first
    let isSettled = false
    void requests.request(price('A'), {}).finally(() => (isSettled = true))
    network.mode = 'queue'
    void requests.request(price('A'), {}).finally(() => (isSettled = true))
    for (const stranger of [re, 3, 999, 'mine'])
      expect(settle(requests, reply(price('A'), { re: stranger, response: 2 }))).toBe(false)
    await Promise.resolve()
    expect(isSettled).toBe(false)
  })
})

describe('equal requests', () => {
  test('are separate frames, each with its id: a double click places two orders', async () => {
    const { network, requests } = setup()
    const order = { type: 'order.create', params: { item: 'tea' } }
    const both = [requests.request(order, {}), requests.request(order, {})]
    expect(network.frames).toEqual([
      { ...order, id: 1 },
      { ...order, id: 2 },
    ])
    settle(requests, reply(order, { response: 'first' }))
    settle(requests, reply(order, { response: 'second' }))
    expect(await Promise.all(both)).toEqual(['first', 'second'])
  })

  test('get replies in the order of sending if the replies have no `re`, and one error rejects one request', async () => {
    const { requests } = setup()
    const all = [1, 2, 3].map(() => requests.request(price('A'), {}))
    const settled = Promise.allSettled(all)
    settle(requests, reply(price('A'), { response: 1 }))
    settle(requests, reply(price('A'), { error: 'no' }))
    settle(requests, reply(price('A'), { response: 3 }))
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('are ordered by when they were sent, not by when they were called', async () => {
    const { network, requests, open } = setup('queue')
    const waiting = requests.request(price('A'), {})
    network.mode = 'open'
    const direct = requests.request(price('A'), {})
    open()
    settle(requests, reply(price('A'), { response: 'of the direct one' }))
    settle(requests, reply(price('A'), { response: 'of the waiting one' }))
    expect(await Promise.all([waiting, direct])).toEqual(['of the waiting one', 'of the direct one'])
  })
})

describe('a late reply', () => {
  const timedOut = async ({ clock, requests }: ReturnType<typeof setup>) => {
    const request = expect(requests.request(price('A'), { timeout: 50 })).rejects.toThrow(RequestTimeoutError)
    clock.advance(50)
    await request
  }

  test('to a request that timed out settles no later equal request (W35)', async () => {
    const world = setup()
    await timedOut(world)
    const next = world.requests.request(price('A'), {})
    expect(settle(world.requests, reply(price('A'), { error: 'too late' }))).toBe(true)
    settle(world.requests, reply(price('A'), { response: 'mine' }))
    expect(await next).toBe('mine')
  })

  test('to a request that was aborted after it was sent settles no later equal request', async () => {
    const { requests } = setup()
    const controller = new AbortController()
    const aborted = expect(requests.request(price('A'), { signal: controller.signal })).rejects.toThrow()
    controller.abort()
    await aborted
    const next = requests.request(price('A'), {})
    settle(requests, reply(price('A'), { response: 'of the aborted one' }))
    settle(requests, reply(price('A'), { response: 'mine' }))
    expect(await next).toBe('mine')
  })

  test('cannot come to a request that was given up before it was sent', async () => {
    const { clock, requests, open } = setup('queue')
    const given = expect(requests.request(price('A'), { timeout: 50 })).rejects.toThrow(RequestTimeoutError)
    clock.advance(50)
    await given
    open()
    const next = requests.request(price('A'), {})
    settle(requests, reply(price('A'), { response: 'mine' }))
    expect(await next).toBe('mine')
  })

  test('cannot come after the connection was lost: the next reply belongs to a new request', async () => {
    const world = setup()
    await timedOut(world)
    world.requests.lost()
    const next = world.requests.request(price('A'), {})
    settle(world.requests, reply(price('A'), { response: 'mine' }))
    expect(await next).toBe('mine')
  })

  test('is expected for a minute: a server that loses one request does not lose all later equal ones', async () => {
    const world = setup()
    await timedOut(world)
    world.clock.advance(60_000)
    const next = world.requests.request(price('A'), {})
    settle(world.requests, reply(price('A'), { response: 'mine' }))
    expect(await next).toBe('mine')
  })

  test('is expected for at most a thousand requests', async () => {
    const { clock, requests } = setup()
    const all = Promise.allSettled(
      Array.from({ length: 1_001 }, () => requests.request(price('A'), { timeout: 50 })),
    )
    clock.advance(50)
    await all
    const taken = Array.from({ length: 1_001 }, () => settle(requests, reply(price('A'), {})))
    expect(taken.filter(Boolean)).toHaveLength(1_000)
  })
})

test('whichever requests are given up, and in whatever order replies arrive with and without `re`, each request gets its own', async () => {
  // The server replies to equal requests in order, or with `re`. It may be slow, so that requests time out
  // meanwhile.
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('request' as const), symbol: fc.constantFrom('A', 'B') }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('reply' as const), which: fc.nat(), re: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { clock, network, requests } = setup()
      const outcomes: Promise<unknown>[] = []
      let unanswered: RequestFrame[] = []
      for (const one of steps) {
        if (one.do === 'request') {
          const id = outcomes.length + 1
          const settled = requests.request(price(one.symbol), { timeout: 50 })
          outcomes.push(settled.then(response => expect(response).toBe(id)).catch(rethrowUnlessExpected))
          unanswered.push(network.frames.at(-1)!)
        } else if (one.do === 'reply' && unanswered.length > 0) {
          const chosen = unanswered[one.which % unanswered.length]!
          // Without `re`, a server that replies in order would reply to the oldest request with the same
          // params.
          const symbolOf = (frame: RequestFrame) => (frame.params as { symbol: string }).symbol
          const frame = one.re ? chosen : unanswered.find(other => symbolOf(other) === symbolOf(chosen))!
          unanswered = unanswered.filter(other => other !== frame)
          const { type, params, id } = frame
          settle(requests, reply({ type, params }, { response: id, ...(one.re && { re: id }) }))
        } else if (one.do === 'wait') clock.advance(one.ms)
        else if (one.do === 'lose') {
          requests.lost()
          unanswered = []
        }
      }
      requests.rejectAll(new ConnectionLostError())
      await Promise.all(outcomes)
      const isReply = ({ id, ...frame }: RequestFrame) => settle(requests, reply(frame, { re: id }))
      expect([network.frames.filter(isReply), clock.pending]).toEqual([[], 0])
    }),
    { numRuns: 300 },
  )
})

function rethrowUnlessExpected(error: unknown): void {
  if (error instanceof ConnectionLostError || error instanceof RequestTimeoutError) return
  throw error
}

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

  test('that is aborted while it waits for the connection is removed from the queue', async () => {
    const { clock, network, requests } = setup('queue')
    const controller = new AbortController()
    const request = requests.request(price('A'), { signal: controller.signal })
    controller.abort()
    await expect(request).rejects.toMatchObject({ name: 'AbortError' })
    expect([network.cancelled, clock.pending]).toEqual([1, 0])
  })

  test('that is already aborted sends nothing', async () => {
    const { clock, network, requests } = setup()
    await expect(requests.request(price('A'), { signal: AbortSignal.abort() })).rejects.toThrow()
    expect([network.frames.length, clock.pending]).toEqual([0, 0])
  })

  test('on a closed connection rejects at once', async () => {
    const { clock, requests } = setup('closed')
    await expect(requests.request(price('A'), {})).rejects.toBeInstanceOf(ConnectionLostError)
    expect(clock.pending).toBe(0)
  })

  test('that cannot be serialized rejects, and the next equal one is a new request', async () => {
    const clock = new FakeClock()
    let calls = 0
    const requests = new Requests(clock, () => {
      calls++
      throw new Error('not serializable')
    })
    const ask = () => expect(requests.request(price('A'), {})).rejects.toThrow('not serializable')
    await ask()
    await ask()
    expect([calls, clock.pending]).toEqual([2, 0])
  })
})

describe('when the connection is lost', () => {
  test('sent requests reject, and queued ones keep waiting', async () => {
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

  test('idempotent requests are sent again with their id, once (W34)', async () => {
    const { network, requests, open } = setup()
    const request = requests.request(price('A'), { idempotent: true })
    network.mode = 'queue'
    requests.lost()
    requests.lost()
    expect(settle(requests, reply(price('A'), { response: 'too early' }))).toBe(false)
    open()
    expect(network.frames).toEqual([
      { ...price('A'), id: 1 },
      { ...price('A'), id: 1 },
    ])
    settle(requests, reply(price('A'), { response: 1 }))
    expect(await request).toBe(1)
  })

  test('idempotent requests reject if the connection is closed', async () => {
    const { clock, network, requests } = setup()
    const request = expect(requests.request(price('A'), { idempotent: true })).rejects.toThrow(
      ConnectionLostError,
    )
    network.mode = 'closed'
    requests.lost()
    await request
    expect(clock.pending).toBe(0)
  })

  test('and closed, every request rejects', async () => {
    const { clock, requests } = setup('queue')
    const all = ['A', 'B'].map(symbol => requests.request(price(symbol), { idempotent: true }))
    requests.rejectAll(new ConnectionLostError('closed'))
    for (const request of all) await expect(request).rejects.toThrow('closed')
    expect(clock.pending).toBe(0)
  })
})

test('10,000 requests, replied to, aborted, lost or timed out, leave no memory, timer or listener (W35)', async () => {
  const { clock, network, requests } = setup()
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const params: WeakRef<object>[] = []
  const all = Array.from({ length: 10_000 }, (_, index) => {
    const envelope = price(`${index}`)
    params.push(new WeakRef(envelope.params))
    const request = requests.request(envelope, {
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
  network.frames.length = 0
  // Within the task that created it, the target of a WeakRef is not collected.
  await new Promise(resolve => setImmediate(resolve))
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  expect(params.filter(ref => ref.deref())).toHaveLength(0)
  expect(clock.pending).toBe(0)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
