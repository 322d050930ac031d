import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { MessageRules } from '../../src/cache/messageTable.ts'
import { append } from '../../src/cache/updaters.ts'
import { type Message, parseJson, readMessages } from '../../src/core/envelope.ts'
import type { ConnectionEvent } from '../../src/core/events.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { anything, nothing, schemaOf } from '../support/schemas.ts'

function setup(...rules: MessageRules[]) {
  const events: ConnectionEvent[] = []
  const { client, writer, table, feed } = setUpCache({
    failed: (type, error) => void events.push({ kind: 'handler-error', type, error }),
  })
  rules.forEach(rule => table.set({}, rule))
  const dispatch = createDispatch({
    table,
    feed,
    report: event => void events.push(event),
  })
  const effect = async (message: Partial<Message>, isReply = false) =>
    dispatch({ type: 'a', params: undefined, response: undefined, ...message }, isReply)
  const deliver = (message: Partial<Message>, isReply = false) => void effect(message, isReply)
  /** What came as text. */
  const receive = (text: string) =>
    readMessages(parseJson(text, {}), {}).forEach(message => void dispatch(message, false))
  const data = (...key: unknown[]) => {
    writer.flush()
    return client.getQueryData(key)
  }
  return { client, deliver, effect, receive, data, events }
}
const task = () => new Promise(resolve => setTimeout(resolve, 1))
const later = (ms: number) =>
  schemaOf(async value => {
    await new Promise(resolve => setTimeout(resolve, ms))
    return { value }
  })

test('an updater that meets the wrong shape is reported with the type of its message, and harms no other', () => {
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
  test('with a handler is what the handler makes of it, and is written nowhere else', () => {
    const { client, deliver, data } = setup({
      on: { a: ({ response }, cache) => cache.setQueryData(['list'], append(response)) },
    })
    client.setQueryData(['a'], 'untouched')
    for (const response of [1, 2, 3]) deliver({ response })
    expect([data('list'), data('a')]).toEqual([[1, 2, 3], 'untouched'])
  })

  test('of a type with a schema and no handler is written at [type, params], also where no query is', () => {
    const { deliver, data, events } = setup({ messages: { a: anything } })
    deliver({ params: { x: 1 }, response: 1 })
    deliver({ params: null, response: 2 })
    expect([data('a', { x: 1 }), data('a'), events]).toEqual([1, 2, []])
  })

  test('of a type that nobody named is written where a query of exactly its key is', () => {
    const { client, deliver, data, events } = setup()
    client.setQueryData(['a', { x: 1, y: 2 }], 0)
    deliver({ params: { y: 2, x: 1 }, response: 1 })
    expect([data('a', { x: 1, y: 2 }), events]).toEqual([1, []])
  })

  test('of a type that nobody named, without such a query, is counted and changes nothing', () => {
    const { client, deliver, events } = setup()
    client.setQueryData(['a', { x: 1 }], 0)
    deliver({ params: { x: 2 }, response: 1 })
    expect(events).toEqual([{ kind: 'unknown-type', type: 'a' }])
    expect(client.getQueryCache().getAll()).toHaveLength(1)
  })

  test('is heard by every onMessage first, of a known type or not', () => {
    const order: string[] = []
    const rules = (name: string): MessageRules => ({ onMessage: ({ type }) => void order.push(name + type) })
    const { deliver } = setup(rules('1'), { ...rules('2'), on: { a: () => void order.push('handler') } })
    deliver({})
    deliver({ type: 'b' })
    expect(order).toEqual(['1a', '2a', 'handler', '1b', '2b'])
  })

  test('that answers a request needs no rule', () => {
    const { deliver, events, client } = setup()
    deliver({ response: 1 }, true)
    expect([events, client.getQueryCache().getAll()]).toEqual([[], []])
  })

  test('that refuses a request is written nowhere; one that nobody waited for is unknown', () => {
    const handler = vi.fn()
    const { deliver, data, events } = setup({ on: { a: handler }, messages: { b: anything } })
    deliver({ error: 'no' }, true)
    deliver({ type: 'b', error: 'no' }, true)
    expect([events, data('b')]).toEqual([[], undefined])
    deliver({ type: 'b', error: 'no' })
    expect(events).toEqual([{ kind: 'unknown-type', type: 'b' }])
    expect(handler).not.toHaveBeenCalled()
  })
})

test('what a reply changes, and what came before it, is written at once', async () => {
  const { client, deliver, effect } = setup({ messages: { a: anything, b: anything, c: later(1) } })
  deliver({ type: 'a', response: 0 })
  for (const type of ['b', 'c']) client.setQueryData([type], 0)
  await task()
  // From here on it is the next frame that writes, and this test has none.
  deliver({ type: 'a', response: 1 })
  deliver({ type: 'b', response: 2 }, true)
  expect([client.getQueryData(['a']), client.getQueryData(['b'])]).toEqual([1, 2])
  await effect({ type: 'c', response: 3 }, true)
  expect(client.getQueryData(['c'])).toBe(3)
})

test('a reply makes no query of its own, known type or not, and updates one that is there', () => {
  const handler = vi.fn()
  const { client, deliver, events } = setup({
    messages: { known: anything, handled: anything },
    on: { handled: handler },
  })
  client.setQueryData(['shown'], 0)
  for (const type of ['known', 'unknown', 'shown', 'handled']) deliver({ type, response: 1 }, true)
  const keys = client
    .getQueryCache()
    .getAll()
    .map(({ queryKey }) => queryKey)
  expect([keys, client.getQueryData(['shown'])]).toEqual([[['shown']], 1])
  expect(handler).toHaveBeenCalledTimes(1)
  expect(events).toEqual([])
})

describe('a schema', () => {
  test('gives the handler what it made of the response and the params', () => {
    const handler = vi.fn()
    const { deliver } = setup({
      on: { a: handler },
      messages: { a: { params: z.object({ x: z.coerce.number() }), response: z.string().transform(Number) } },
    })
    deliver({ params: { x: '1' }, response: '2', id: 'i' })
    expect(handler.mock.calls[0]?.[0]).toEqual({ type: 'a', params: { x: 1 }, response: 2, id: 'i' })
  })

  test('that refuses the response or the params drops the message and reports it without what it says', () => {
    const handler = vi.fn()
    for (const a of [nothing, { response: nothing }, { params: nothing, response: anything }]) {
      const { deliver, events } = setup({ on: { a: handler }, onMessage: handler, messages: { a } })
      deliver({ response: 'secret' })
      expect(events).toEqual([{ kind: 'bad-message', reason: 'invalid', type: 'a' }])
    }
    expect(handler).not.toHaveBeenCalled()
  })

  test('that is asynchronous keeps the order of all messages (W26)', async () => {
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
    await vi.waitFor(() => expect(order).toHaveLength(types.length))
    expect(order).toEqual(types.map((type, response) => [type, response]))
    deliver({ type: 'plain', response: 'at once' })
    await task()
    expect(order.at(-1)).toEqual(['plain', 'at once'])
  })

  test('that rejects is reported and harms no later message (W26)', async () => {
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

test('a handler or an onMessage that throws is reported and harms no other (W25)', () => {
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

describe('what no server may do', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the type "%s" is an unknown one',
    type => {
      const { receive, events, client } = setup({ on: { a: () => undefined }, messages: { b: anything } })
      receive(JSON.stringify({ type, response: { polluted: true } }))
      expect(events).toEqual([{ kind: 'unknown-type', type }])
      expect(client.getQueryCache().getAll()).toEqual([])
      expect('polluted' in {}).toBe(false)
    },
  )

  test.each(['1', 'null', '[]', '{}', 'true'])('the type %s is an unknown one', type => {
    const { receive, events } = setup({ on: { a: () => undefined }, messages: { message: anything } })
    receive(`{"type":${type},"response":1}`)
    expect(events).toEqual([{ kind: 'unknown-type', type: '' }])
  })

  test('params or a response with a member named __proto__ set no prototype of anything new', () => {
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

  test('an own member named __proto__ does not become a prototype where data is replaced (W21)', () => {
    const { client, receive, data } = setup({ messages: { a: anything } })
    client.setQueryData(['a'], { x: 0 })
    receive('{"type":"a","response":{"x":1,"__proto__":{"polluted":true}}}')
    expect('polluted' in (data('a') as object)).toBe(false)
  })
})
