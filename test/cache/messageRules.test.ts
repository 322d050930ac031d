import { describe, expect, test } from 'vitest'
import { MessageRules } from '../../src/cache/messageRules.ts'
import { anything } from '../support/schemas.ts'

const handler = () => () => undefined

test('a type that two users declare has one rule, the latest rendered', () => {
  const rules = new MessageRules()
  const [a, b] = [{}, {}]
  const [first, second, third] = [handler(), handler(), handler()]
  rules.set(a, { on: { x: first } })
  rules.set(b, { on: { x: second } })
  rules.settle()
  expect(rules.byType.get('x')?.handler).toBe(second)
  rules.set(a, { on: { x: third } })
  rules.settle()
  expect(rules.byType.get('x')?.handler).toBe(third)
})

test('the types, handlers and schemas of all users form one table', () => {
  const rules = new MessageRules()
  const onX = handler()
  rules.set({}, { on: { x: onX } })
  rules.set({}, { messages: { x: anything, y: { params: anything, response: anything } } })
  rules.settle()
  expect(rules.byType.get('x')).toEqual({ handler: onX, response: anything })
  expect(rules.byType.get('y')).toEqual({ response: anything, params: anything })
  expect(rules.byType.get('z')).toBeUndefined()
})

test("the rules of a user end with the commit in which it leaves; the last users' rules, but not their onMessage, stay for late messages", () => {
  const rules = new MessageRules()
  const [a, b] = [{}, {}]
  rules.set(a, { on: { x: handler() }, onMessage: () => undefined })
  rules.set(b, { on: { y: handler() } })
  rules.delete(a)
  rules.settle()
  expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([undefined, expect.anything()])
  rules.delete(b)
  rules.settle()
  expect([rules.byType.get('y') !== undefined, rules.listeners.length]).toEqual([true, 0])
})

test('the rules of the last users end when a new user arrives', () => {
  const rules = new MessageRules()
  const a = {}
  rules.set(a, { on: { x: handler() } })
  rules.delete(a)
  rules.settle()
  rules.set({}, { on: { y: handler() } })
  rules.settle()
  expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([undefined, expect.anything()])
})

test('every user has its own onMessage, in its latest version', () => {
  const rules = new MessageRules()
  const [a, b] = [{}, {}]
  const [one, two, three] = [handler(), handler(), handler()]
  rules.set(a, { onMessage: one })
  rules.set(b, { onMessage: two })
  rules.settle()
  expect(rules.listeners).toEqual([one, two])
  rules.set(b, { onMessage: three })
  rules.settle()
  expect(rules.listeners).toEqual([one, three])
  rules.delete(a)
  rules.settle()
  expect(rules.listeners).toEqual([three])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'no table knows the type "%s" by default',
  type => {
    const rules = new MessageRules()
    rules.set({}, { on: {}, messages: {} })
    rules.settle()
    expect(rules.byType.get(type)).toBeUndefined()
  },
)

test('an unknown user, or one that has left, can be deleted', () => {
  const rules = new MessageRules()
  const a = {}
  rules.set(a, { on: { x: handler() } })
  rules.delete({})
  rules.settle()
  expect(rules.byType.get('x')).toBeDefined()
  rules.delete(a)
  rules.delete(a)
  rules.settle()
  expect(rules.byType.get('x')).toBeDefined()
})

describe('types that have lost their handler', () => {
  const on = (...types: string[]) => ({ on: Object.fromEntries(types.map(type => [type, handler()])) })

  test('are those that no user handles any more', () => {
    const rules = new MessageRules()
    const [layout, room] = [{}, {}]
    rules.set(layout, on('x'))
    rules.set(room, on('x', 'y'))
    expect(rules.settle()).toEqual([])
    rules.delete(room)
    expect(rules.settle()).toEqual(['y'])
    expect(rules.settle()).toEqual([])
  })

  test('are also reported when a user drops a handler and stays', () => {
    const rules = new MessageRules()
    const room = {}
    rules.set(room, on('room.1'))
    rules.settle()
    rules.set(room, on('room.2'))
    expect(rules.settle()).toEqual(['room.1'])
  })

  test('are empty if another user takes over in the same commit', () => {
    const rules = new MessageRules()
    const [first, second] = [{}, {}]
    rules.set(first, on('x'))
    rules.settle()
    rules.delete(first)
    rules.set(second, on('x'))
    expect(rules.settle()).toEqual([])
  })

  test('are empty while no user is left, and are reported when the next user arrives without them', () => {
    const rules = new MessageRules()
    const [first, second] = [{}, {}]
    rules.set(first, on('x'))
    rules.set(second, on('y'))
    rules.settle()
    rules.delete(first)
    rules.delete(second)
    expect(rules.settle()).toEqual([])
    expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([expect.anything(), expect.anything()])
    rules.set({}, on('y'))
    expect(rules.settle()).toEqual(['x'])
  })
})
