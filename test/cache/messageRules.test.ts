import { describe, expect, test } from 'vitest'
import { MessageRules } from '../../src/cache/messageRules.ts'
import { anything } from '../support/schemas.ts'

const handler = () => () => undefined

test('a type that two users declare has one rule, the latest rendered', () => {
  const rules = new MessageRules()
  const [first, second, third] = [handler(), handler(), handler()]
  rules.apply([{ on: { x: first } }, { on: { x: second } }])
  expect(rules.byType.get('x')?.handler).toBe(second)
  rules.apply([{ on: { x: second } }, { on: { x: third } }])
  expect(rules.byType.get('x')?.handler).toBe(third)
})

test('the order of the users counts, even if they declare what they did before', () => {
  const rules = new MessageRules()
  const [a, b] = [{ on: { x: handler() } }, { on: { x: handler() } }]
  rules.apply([a, b])
  rules.apply([b, a])
  expect(rules.byType.get('x')?.handler).toBe(a.on.x)
})

test('the types, handlers and schemas of all users form one table', () => {
  const rules = new MessageRules()
  const onX = handler()
  rules.apply([
    { on: { x: onX } },
    { messages: { x: anything, y: { params: anything, response: anything } } },
  ])
  expect(rules.byType.get('x')).toEqual({ handler: onX, response: anything })
  expect(rules.byType.get('y')).toEqual({ response: anything, params: anything })
  expect(rules.byType.get('z')).toBeUndefined()
})

test("the rules of a user end with the commit in which it leaves; the last users' rules, but not their onMessage, stay for late messages", () => {
  const rules = new MessageRules()
  const b = { on: { y: handler() }, onMessage: () => undefined }
  rules.apply([{ on: { x: handler() } }, b])
  rules.apply([b])
  expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([undefined, expect.anything()])
  expect(rules.listeners).toHaveLength(1)
  rules.apply([])
  expect([rules.byType.get('y') !== undefined, rules.listeners.length]).toEqual([true, 0])
})

test('the rules of the last users end when a new user arrives', () => {
  const rules = new MessageRules()
  rules.apply([{ on: { x: handler() } }])
  rules.apply([])
  rules.apply([{ on: { y: handler() } }])
  expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([undefined, expect.anything()])
})

test('every user has its own onMessage, in its latest version', () => {
  const rules = new MessageRules()
  const [one, two, three] = [handler(), handler(), handler()]
  rules.apply([{ onMessage: one }, { onMessage: two }])
  expect(rules.listeners).toEqual([one, two])
  rules.apply([{ onMessage: one }, { onMessage: three }])
  expect(rules.listeners).toEqual([one, three])
  rules.apply([{ onMessage: three }])
  expect(rules.listeners).toEqual([three])
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'no table knows the type "%s" by default',
  type => {
    const rules = new MessageRules()
    rules.apply([{ on: {}, messages: {} }])
    expect(rules.byType.get(type)).toBeUndefined()
  },
)

describe('types that have lost their handler', () => {
  const on = (...types: string[]) => ({ on: Object.fromEntries(types.map(type => [type, handler()])) })

  test('are those that no user handles any more', () => {
    const rules = new MessageRules()
    const layout = on('x')
    expect(rules.apply([layout, on('x', 'y')])).toEqual([])
    expect(rules.apply([layout])).toEqual(['y'])
    expect(rules.apply([layout])).toEqual([])
  })

  test('are also reported when a user drops a handler and stays', () => {
    const rules = new MessageRules()
    rules.apply([on('room.1')])
    expect(rules.apply([on('room.2')])).toEqual(['room.1'])
  })

  test('are empty if another user takes over in the same commit', () => {
    const rules = new MessageRules()
    rules.apply([on('x')])
    expect(rules.apply([on('x')])).toEqual([])
  })

  test('are empty while no user is left, and are reported when the next user arrives without them', () => {
    const rules = new MessageRules()
    rules.apply([on('x'), on('y')])
    expect(rules.apply([])).toEqual([])
    expect([rules.byType.get('x'), rules.byType.get('y')]).toEqual([expect.anything(), expect.anything()])
    expect(rules.apply([on('y')])).toEqual(['x'])
  })
})
