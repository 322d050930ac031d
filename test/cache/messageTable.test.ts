import { describe, expect, test } from 'vitest'
import { MessageTable } from '../../src/cache/messageTable.ts'
import { anything } from '../support/schemas.ts'

const handler = () => () => undefined

test('a type that two declare is one rule, that of the latest rendered', () => {
  const table = new MessageTable()
  const [a, b] = [{}, {}]
  const [first, second, third] = [handler(), handler(), handler()]
  table.set(a, { on: { x: first } })
  table.set(b, { on: { x: second } })
  expect(table.rule('x')?.handler).toBe(second)
  table.set(a, { on: { x: third } })
  expect(table.rule('x')?.handler).toBe(third)
})

test('types, handlers and schemas of all users are one table', () => {
  const table = new MessageTable()
  const onX = handler()
  table.set({}, { on: { x: onX } })
  table.set({}, { messages: { x: anything, y: { params: anything, response: anything } } })
  expect(table.rule('x')).toEqual({ handler: onX, response: anything })
  expect(table.rule('y')).toEqual({ response: anything, params: anything })
  expect(table.rule('z')).toBeUndefined()
})

test('rules end with the commit in which their user goes; those of the last users stay for what still comes in, but not their onMessage', () => {
  const table = new MessageTable()
  const [a, b] = [{}, {}]
  table.set(a, { on: { x: handler() }, onMessage: () => undefined })
  table.set(b, { on: { y: handler() } })
  table.delete(a)
  table.settle()
  expect([table.rule('x'), table.rule('y')]).toEqual([undefined, expect.anything()])
  table.delete(b)
  table.settle()
  expect([table.rule('y') !== undefined, table.listeners.length]).toEqual([true, 0])
})

test('the rules of the last users end with the first new one', () => {
  const table = new MessageTable()
  const a = {}
  table.set(a, { on: { x: handler() } })
  table.delete(a)
  table.settle()
  table.set({}, { on: { y: handler() } })
  table.settle()
  expect([table.rule('x'), table.rule('y')]).toEqual([undefined, expect.anything()])
})

test('onMessage is of every user, and the latest of each', () => {
  const table = new MessageTable()
  const [a, b] = [{}, {}]
  const [one, two, three] = [handler(), handler(), handler()]
  table.set(a, { onMessage: one })
  table.set(b, { onMessage: two })
  expect(table.listeners).toEqual([one, two])
  table.set(b, { onMessage: three })
  expect(table.listeners).toEqual([one, three])
  table.delete(a)
  expect(table.listeners).toEqual([three])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'no table knows the type "%s" by itself',
  type => {
    const table = new MessageTable()
    table.set({}, { on: {}, messages: {} })
    expect(table.rule(type)).toBeUndefined()
  },
)

test('a user that is unknown, or gone, can leave', () => {
  const table = new MessageTable()
  const a = {}
  table.set(a, { on: { x: handler() } })
  table.delete({})
  expect(table.rule('x')).toBeDefined()
  table.delete(a)
  table.delete(a)
  expect(table.rule('x')).toBeDefined()
})

describe('the types that have lost their handler', () => {
  const on = (...types: string[]) => ({ on: Object.fromEntries(types.map(type => [type, handler()])) })

  test('are those that no user handles any more', () => {
    const table = new MessageTable()
    const [layout, room] = [{}, {}]
    table.set(layout, on('x'))
    table.set(room, on('x', 'y'))
    expect(table.settle()).toEqual([])
    table.delete(room)
    expect(table.settle()).toEqual(['y'])
    expect(table.settle()).toEqual([])
  })

  test('are named also where a user drops a handler and stays', () => {
    const table = new MessageTable()
    const room = {}
    table.set(room, on('room.1'))
    table.settle()
    table.set(room, on('room.2'))
    expect(table.settle()).toEqual(['room.1'])
  })

  test('are none where another user takes over in the same commit', () => {
    const table = new MessageTable()
    const [first, second] = [{}, {}]
    table.set(first, on('x'))
    table.settle()
    table.delete(first)
    table.set(second, on('x'))
    expect(table.settle()).toEqual([])
  })

  test('are none while no user is left, and are known when the next one comes without them', () => {
    const table = new MessageTable()
    const [first, second] = [{}, {}]
    table.set(first, on('x'))
    table.set(second, on('y'))
    table.settle()
    table.delete(first)
    table.delete(second)
    expect(table.settle()).toEqual([])
    expect([table.rule('x'), table.rule('y')]).toEqual([expect.anything(), expect.anything()])
    table.set({}, on('y'))
    expect(table.settle()).toEqual(['x'])
  })
})
