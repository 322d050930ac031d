import { expect, test } from 'vitest'
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

test('rules go with their user; those of the last one stay for what still comes in, but not its onMessage', () => {
  const table = new MessageTable()
  const [a, b] = [{}, {}]
  table.set(a, { on: { x: handler() }, onMessage: () => undefined })
  table.set(b, { on: { y: handler() } })
  table.delete(a)
  expect([table.rule('x'), table.rule('y')]).toEqual([undefined, expect.anything()])
  table.delete(b)
  expect([table.rule('y') !== undefined, table.listeners.length]).toEqual([true, 0])
})

test('the rules of a last user end with the first new one', () => {
  const table = new MessageTable()
  const a = {}
  table.set(a, { on: { x: handler() } })
  table.delete(a)
  table.set({}, { on: { y: handler() } })
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
