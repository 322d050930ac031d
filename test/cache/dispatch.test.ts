import { describe, expect, type Mock, test, vi } from 'vitest'
import * as z from 'zod'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { UserRules } from '../../src/cache/messageRules.ts'
import { append } from '../../src/cache/updaters.ts'
import type { Delivery } from '../../src/core/connectionPorts.ts'
import { type Message, parseJson, readMessages, withoutProto } from '../../src/core/envelope.ts'
import type { ConnectionEvent } from '../../src/core/events.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { anything, nothing, schemaOf } from '../support/schemas.ts'
import { until } from '../support/until.ts'

function setup(...users: UserRules[]) {
  const events: ConnectionEvent[] = []
  const { client, clock, writer, rules, liveQueries } = setUpCache({
    report: event => void events.push(event),
  })
  rules.apply(users)
  const dispatch = createDispatch({
    rules,
    liveQueries,
    clock,
    report: event => void events.push(event),
  })
  const effect = async (message: Partial<Message>, delivery: Delivery = {}) =>
    dispatch({ type: 'a', params: undefined, response: undefined, ...message }, delivery)
  const deliver = (message: Partial<Message>, delivery: Delivery = {}) => void effect(message, delivery)
  /** Parsed from text. */
  const receive = (text: string) =>
    readMessages(withoutProto(parseJson(text, {}), text), {}).forEach(message => void dispatch(message, {}))
  const data = (...key: unknown[]) => {
    writer.flush()
    return client.getQueryData(key)
  }
  return { client, clock, deliver, effect, receive, data, events }
}
/** What a handler was called with. */
const messagesOf = ({ mock }: Mock) => mock.calls.map(([message]) => message as Message)
const reply = { isExpected: true, isAwaited: true }
const task = () => new Promise(resolve => setTimeout(resolve, 1))
const never = () => new Promise<never>(() => {})
const later = (ms: number) =>
  schemaOf(async value => {
    await new Promise(resolve => setTimeout(resolve, ms))
    return { value }
  })

test('an updater that meets data of the wrong shape is reported with the type of its message, and affects nothing else', () => {
  const { client, deliver, data, events } = setup({
    on: {
      a: ({ response }, cache) => {
        cache.setQueryData(['list'], append(response))
        cache.setQueryData(['list'], append('after'))
        cache.setQueryData(['none'], append('x'))
        cache.setQueryData(['other'], 1)
      },
    },
  })
  client.setQueryData(['none'], { not: 'a list' })
  deliver({ response: undefined })
  expect([data('list'), data('none'), data('other')]).toEqual([['after'], { not: 'a list' }, 1])
  expect(events.map(({ kind, ...event }) => [kind, 'type' in event && event.type])).toEqual([
    ['handler-error', 'a'],
    ['handler-error', 'a'],
  ])
})

describe('a message', () => {
  test('with a handler is passed to the handler and written nowhere else', () => {
    const { client, deliver, data } = setup({
      on: { a: ({ response }, cache) => cache.setQueryData(['list'], append(response)) },
    })
    client.setQueryData(['a'], 'untouched')
    for (const response of [1, 2, 3]) deliver({ response })
    expect([data('list'), data('a')]).toEqual([[1, 2, 3], 'untouched'])
  })

  test('of a type with a schema but no handler is written at [type, params], even without an existing query', () => {
    const { deliver, data, events } = setup({ messages: { a: anything } })
    deliver({ params: { x: 1 }, response: 1 })
    deliver({ params: null, response: 2 })
    expect([data('a', { x: 1 }), data('a'), events]).toEqual([1, 2, []])
  })

  test('of an undeclared type is written to an existing query with exactly its key', () => {
    const { client, deliver, data, events } = setup()
    client.setQueryData(['a', { x: 1, y: 2 }], 0)
    deliver({ params: { y: 2, x: 1 }, response: 1 })
    expect([data('a', { x: 1, y: 2 }), events]).toEqual([1, []])
  })

  test('of an undeclared type, without such a query, is counted and changes nothing', () => {
    const { client, deliver, events } = setup()
    client.setQueryData(['a', { x: 1 }], 0)
    deliver({ params: { x: 2 }, response: 1 })
    expect(events).toEqual([{ kind: 'unknown-type', type: 'a' }])
    expect(client.getQueryCache().getAll()).toHaveLength(1)
  })

  test('goes to every onMessage first, whether its type is known or not', () => {
    const order: string[] = []
    const rules = (name: string): UserRules => ({ onMessage: ({ type }) => void order.push(name + type) })
    const { deliver } = setup(rules('1'), { ...rules('2'), on: { a: () => void order.push('handler') } })
    deliver({})
    deliver({ type: 'b' })
    expect(order).toEqual(['1a', '2a', 'handler', '1b', '2b'])
  })

  test('that replies to a request needs no rule', () => {
    const { deliver, events, client } = setup()
    deliver({ response: 1 }, reply)
    expect([events, client.getQueryCache().getAll()]).toEqual([[], []])
  })

  test('with an error that replies to a request is not written, and no handler gets it', () => {
    const handler = vi.fn()
    const { deliver, data, events } = setup({ on: { a: handler, error: handler }, messages: { b: anything } })
    deliver({ error: 'no' }, reply)
    deliver({ type: 'b', error: 'no' }, reply)
    expect([events, data('b')]).toEqual([[], undefined])
    expect(handler).not.toHaveBeenCalled()
  })

  test('with an error that replies to no request goes to on.error as it is, whatever its type', () => {
    const [handler, onError, onMessage] = [vi.fn(), vi.fn(), vi.fn()]
    const { client, deliver, data, events } = setup({
      on: { a: handler, error: onError },
      messages: { b: nothing },
      onMessage,
    })
    client.setQueryData(['c'], 'kept')
    for (const type of ['a', 'b', 'c', 'error']) deliver({ type, error: { code: type } })
    expect(messagesOf(onError).map(({ type, error }) => [type, error])).toEqual(
      ['a', 'b', 'c', 'error'].map(type => [type, { code: type }]),
    )
    expect(onMessage).toHaveBeenCalledTimes(4)
    expect([handler.mock.calls, events, data('c')]).toEqual([[], [], 'kept'])
  })

  test('with an error counts as unhandled without on.error, and the event says that it has an error', () => {
    const handler = vi.fn()
    const { deliver, events } = setup({ on: { a: handler } })
    deliver({ error: 'no' })
    expect(events).toEqual([{ kind: 'unknown-type', type: 'a', hasError: true }])
    expect(handler).not.toHaveBeenCalled()
  })

  test('of the type "error" without an error is handled like any other', () => {
    const onError = vi.fn()
    const { deliver } = setup({ on: { error: onError } })
    deliver({ type: 'error', response: 1 })
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ type: 'error', response: 1 })
    const { deliver: receive, data } = setup({ messages: { error: anything } })
    receive({ type: 'error', response: 2 })
    expect(data('error')).toBe(2)
  })

  test('that says whether the server resumed reaches onMessage, but no handler and not the cache', () => {
    const [handler, onMessage] = [vi.fn(), vi.fn()]
    const { client, deliver, data, events } = setup({ on: { a: handler, error: handler }, onMessage })
    client.setQueryData(['b'], 'kept')
    for (const type of ['a', 'b', 'c']) deliver({ type, response: 1 }, { isNotice: true })
    deliver({ type: 'd', error: 'no' }, { isNotice: true })
    expect(messagesOf(onMessage).map(({ type }) => type)).toEqual(['a', 'b', 'c', 'd'])
    expect([handler.mock.calls, events, data('b')]).toEqual([[], [], 'kept'])
  })
})

test('the changes of a reply, and of messages before it, are written at once', async () => {
  const { client, deliver, effect } = setup({ messages: { a: anything, b: anything, c: later(1) } })
  deliver({ type: 'a', response: 0 })
  for (const type of ['b', 'c']) client.setQueryData([type], 0)
  await task()
  // From here on only the next frame would write, and this test has none.
  deliver({ type: 'a', response: 1 })
  deliver({ type: 'b', response: 2 }, reply)
  expect([client.getQueryData(['a']), client.getQueryData(['b'])]).toEqual([1, 2])
  await effect({ type: 'c', response: 3 }, reply)
  expect(client.getQueryData(['c'])).toBe(3)
})

test('a reply creates no query, whether its type is known or not, but updates an existing one', () => {
  const handler = vi.fn()
  const { client, deliver, events } = setup({
    messages: { known: anything, handled: anything },
    on: { handled: handler },
  })
  client.setQueryData(['shown'], 0)
  for (const type of ['known', 'unknown', 'shown', 'handled']) deliver({ type, response: 1 }, reply)
  const keys = client
    .getQueryCache()
    .getAll()
    .map(({ queryKey }) => queryKey)
  expect([keys, client.getQueryData(['shown'])]).toEqual([[['shown']], 1])
  expect(handler).toHaveBeenCalledTimes(1)
  expect(events).toEqual([])
})

describe('a schema', () => {
  test('passes its parsed response and params to the handler', () => {
    const handler = vi.fn()
    const { deliver } = setup({
      on: { a: handler },
      messages: { a: { params: z.object({ x: z.coerce.number() }), response: z.string().transform(Number) } },
    })
    deliver({ params: { x: '1' }, response: '2', id: 'i' })
    expect(handler.mock.calls[0]?.[0]).toEqual({ type: 'a', params: { x: 1 }, response: 2, id: 'i' })
  })

  test('that rejects the response or the params drops the message and reports it without its content', () => {
    const handler = vi.fn()
    for (const a of [nothing, { response: nothing }, { params: nothing, response: anything }]) {
      const { deliver, events } = setup({ on: { a: handler }, onMessage: handler, messages: { a } })
      deliver({ response: 'secret' })
      expect(events).toEqual([{ kind: 'bad-message', reason: 'invalid', type: 'a' }])
    }
    expect(handler).not.toHaveBeenCalled()
  })

  test('that is async keeps the order of all messages (W26)', async () => {
    const order: unknown[] = []
    const on =
      (name: string) =>
      ({ response }: Message) =>
        void order.push([name, response])
    const { deliver } = setup({
      on: { slow: on('slow'), fast: on('fast'), plain: on('plain') },
      messages: { slow: later(20), fast: later(1) },
    })
    const types = ['plain', 'slow', 'fast', 'plain', 'slow', 'plain']
    types.forEach((type, response) => deliver({ type, response }))
    await until(() => expect(order).toHaveLength(types.length))
    expect(order).toEqual(types.map((type, response) => [type, response]))
    deliver({ type: 'plain', response: 'at once' })
    await task()
    expect(order.at(-1)).toEqual(['plain', 'at once'])
  })

  test('that does not settle holds back later messages until its time is up, and then drops its message', async () => {
    const { deliver, data, events, clock } = setup({ messages: { a: schemaOf(never), b: anything } })
    deliver({ response: 'secret' })
    deliver({ type: 'b', response: 2 })
    clock.advance(29_999)
    await task()
    expect([events, data('b')]).toEqual([[], undefined])
    clock.advance(1)
    await task()
    expect(events).toEqual([{ kind: 'bad-message', reason: 'invalid', type: 'a' }])
    expect(data('b')).toBe(2)
  })

  test('holds back a message no longer than that, however many before it do not settle', async () => {
    const { deliver, data, events, clock } = setup({ messages: { a: schemaOf(never), b: anything } })
    for (let count = 0; count < 100; count++) deliver({ response: count })
    deliver({ type: 'b', response: 'here' })
    clock.advance(30_000)
    await task()
    expect([events.length, data('b')]).toEqual([100, 'here'])
  })

  test('gets the time of the latest options, and 30 s if that is 0 or infinite', async () => {
    for (const [ttl, time] of [
      [200, 200],
      [0, 30_000],
      [Infinity, 30_000],
    ] as const) {
      const { deliver, events, clock } = setup({ messages: { a: schemaOf(never) }, queue: { ttl } })
      deliver({})
      clock.advance(time - 1)
      await task()
      expect(events).toEqual([])
      clock.advance(1)
      await task()
      expect(events).toHaveLength(1)
    }
  })

  test('that settles too late changes nothing, and causes no unhandled rejection', async () => {
    let settle: (result: { value: unknown }) => void = () => {}
    let fail: (error: Error) => void = () => {}
    const settled = new Promise<{ value: unknown }>(resolve => (settle = resolve))
    const failed = new Promise<never>((_resolve, reject) => (fail = reject))
    const { deliver, data, events, clock } = setup({
      messages: { a: schemaOf(() => settled), b: schemaOf(() => failed) },
    })
    deliver({ response: 1 })
    deliver({ type: 'b' })
    clock.advance(30_000)
    settle({ value: 1 })
    fail(new Error('late'))
    await task()
    expect([data('a'), events.length]).toEqual([undefined, 2])
  })

  test('that does not settle rejects the request whose reply it checks', async () => {
    const { effect, clock } = setup({ messages: { a: schemaOf(never) } })
    const taken = effect({ response: 1 }, reply)
    clock.advance(30_000)
    expect(await taken).toBeUndefined()
  })

  test('leaves no timer once it has settled', async () => {
    const { deliver, data, clock } = setup({ messages: { a: later(1) } })
    deliver({ response: 1 })
    await until(() => expect(data('a')).toBe(1))
    expect(clock.pending).toBe(0)
  })

  test('that throws is reported and affects no later message', async () => {
    const error = new Error('mine')
    const { deliver, data, events } = setup({
      messages: {
        a: schemaOf(() => {
          throw error
        }),
        b: anything,
        c: later(1),
      },
    })
    deliver({ type: 'c', response: 0 })
    deliver({ response: 1 })
    deliver({ type: 'b', response: 2 })
    await until(() => expect(data('b')).toBe(2))
    expect(events).toEqual([{ kind: 'handler-error', type: 'a', error }])
  })

  test('that rejects is reported and affects no later message (W26)', async () => {
    const error = new Error('mine')
    const { deliver, data, events } = setup({
      messages: { a: schemaOf(() => Promise.reject(error)), b: anything },
    })
    deliver({ response: 1 })
    deliver({ type: 'b', response: 2 })
    await task()
    expect(events).toEqual([{ kind: 'handler-error', type: 'a', error }])
    expect(data('b')).toBe(2)
  })
})

test('a handler or an onMessage that throws is reported and affects no other (W25)', () => {
  const error = new Error('mine')
  const fail = () => {
    throw error
  }
  const heard = vi.fn()
  const { deliver, data, events } = setup(
    { onMessage: fail, on: { a: fail } },
    { onMessage: heard, messages: { b: anything } },
  )
  deliver({})
  deliver({ type: 'b', response: 1 })
  expect(heard).toHaveBeenCalledTimes(2)
  expect(data('b')).toBe(1)
  expect(events.map(({ kind }) => kind)).toEqual(['handler-error', 'handler-error', 'handler-error'])
})

test('an async handler or onMessage that rejects is reported and causes no unhandled rejection', async () => {
  const error = new Error('mine')
  const fail = (() => Promise.reject(error)) as () => void
  const { deliver, events } = setup({ onMessage: fail, on: { a: fail, error: fail } })
  deliver({})
  deliver({ error: 'no' })
  await task()
  expect(events).toEqual(Array.from({ length: 4 }, () => ({ kind: 'handler-error', type: 'a', error })))
})

test('an async updater, or a promise as data, is reported and writes nothing', async () => {
  const secretly = () => Promise.reject(new Error('secret'))
  const { client, deliver, data, events } = setup({
    on: {
      a: (_, cache) => cache.setQueryData(['list'], secretly),
      b: (_, cache) => cache.setQueryData(['list'], Promise.resolve([1])),
      c: (_, cache) => cache.setQueryData(['list'], secretly()),
      d: ({ response }, cache) => cache.setQueryData(['list'], append(response)),
    },
  })
  client.setQueryData(['list'], [0])
  for (const type of ['a', 'b', 'c', 'd']) deliver({ type, response: 1 })
  await task()
  expect(data('list')).toEqual([0, 1])
  const error: unknown = expect.objectContaining({ message: expect.stringContaining('promise') as unknown })
  const reported = [{ type: 'a', key: ['list'] }, { type: 'b' }, { type: 'c' }].map(each => ({
    kind: 'handler-error',
    ...each,
    error,
  }))
  expect(events).toHaveLength(3)
  expect(events).toEqual(expect.arrayContaining(reported))
})

describe('for a hostile server', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the type "%s" is unknown',
    type => {
      const { receive, events, client } = setup({ on: { a: () => undefined }, messages: { b: anything } })
      receive(JSON.stringify({ type, response: { polluted: true } }))
      expect(events).toEqual([{ kind: 'unknown-type', type }])
      expect(client.getQueryCache().getAll()).toEqual([])
      expect('polluted' in {}).toBe(false)
    },
  )

  test.each(['1', 'null', '[]', '{}', 'true'])('the type %s is unknown', type => {
    const { receive, events } = setup({ on: { a: () => undefined }, messages: { message: anything } })
    receive(`{"type":${type},"response":1}`)
    expect(events).toEqual([{ kind: 'unknown-type', type: '' }])
  })

  test('params or a response with a member named __proto__ set no prototype of new data', () => {
    const { receive, data } = setup({
      messages: { a: anything, b: { params: anything, response: anything } },
    })
    receive('{"type":"a","response":{"x":1,"__proto__":{"polluted":true}}}')
    receive('{"type":"b","params":{"__proto__":{"polluted":true}},"response":1}')
    const written = data('a') as object
    expect(Object.getPrototypeOf(written)).toBe(Object.prototype)
    expect('polluted' in written).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  test('an own member named __proto__ does not become a prototype when data is replaced (W21)', () => {
    const { client, receive, data } = setup({ messages: { a: anything } })
    client.setQueryData(['a'], { x: 0 })
    receive('{"type":"a","response":{"x":1,"__proto__":{"polluted":true}}}')
    expect('polluted' in (data('a') as object)).toBe(false)
  })
})
