import { describe, expect, test } from 'vitest'
import { MessageTable } from '../../src/cache/messageRules.ts'
import { anything } from '../support/schemas.ts'

const handler = () => () => undefined

test('a type that two users declare has one rule, the latest rendered', () => {
  const table = new MessageTable()
  const [a, b] = [{}, {}]
  const [first, second, third] = [handler(), handler(), handler()]
  table.set(a, { on: { x: first } })
  table.set(b, { on: { x: second } })
  expect(table.rule('x')?.handler).toBe(second)
  table.set(a, { on: { x: third } })
  expect(table.rule('x')?.handler).toBe(third)
})

test('the types, handlers and schemas of all users form one table', () => {
  const table = new MessageTable()
  const onX = handler()
  table.set({}, { on: { x: onX } })
  table.set({}, { messages: { x: anything, y: { params: anything, response: anything } } })
  expect(table.rule('x')).toEqual({ handler: onX, response: anything })
  expect(table.rule('y')).toEqual({ response: anything, params: anything })
  expect(table.rule('z')).toBeUndefined()
})

test("the rules of a user end with the commit in which it leaves; the last users' rules, but not their onMessage, stay for late messages", () => {
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

test('the rules of the last users end when a new user arrives', () => {
  const table = new MessageTable()
  const a = {}
  table.set(a, { on: { x: handler() } })
  table.delete(a)
  table.settle()
  table.set({}, { on: { y: handler() } })
  table.settle()
  expect([table.rule('x'), table.rule('y')]).toEqual([undefined, expect.anything()])
})

test('every user has its own onMessage, in its latest version', () => {
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
  'no table knows the type "%s" by default',
  type => {
    const table = new MessageTable()
    table.set({}, { on: {}, messages: {} })
    expect(table.rule(type)).toBeUndefined()
  },
)

test('an unknown user, or one that has left, can be deleted', () => {
  const table = new MessageTable()
  const a = {}
  table.set(a, { on: { x: handler() } })
  table.delete({})
  expect(table.rule('x')).toBeDefined()
  table.delete(a)
  table.delete(a)
  expect(table.rule('x')).toBeDefined()
})

describe('types that have lost their handler', () => {
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

  test('are also reported when a user drops a handler and stays', () => {
    const table = new MessageTable()
    const room = {}
    table.set(room, on('room.1'))
    table.settle()
    table.set(room, on('room.2'))
    expect(table.settle()).toEqual(['room.1'])
  })

  test('are empty if another user takes over in the same commit', () => {
    const table = new MessageTable()
    const [first, second] = [{}, {}]
    table.set(first, on('x'))
    table.settle()
    table.delete(first)
    table.set(second, on('x'))
    expect(table.settle()).toEqual([])
  })

  test('are empty while no user is left, and are reported when the next user arrives without them', () => {
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
