import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { MessageHandler } from '../../src/cache/messageRules.ts'
import { append, patch, remove, upsert } from '../../src/cache/updaters.ts'
import { parseJson, readMessages } from '../../src/core/envelope.ts'
import { anything } from '../support/schemas.ts'
import { setUpCache } from '../support/setUpCache.ts'

const warn = vi.spyOn(console, 'warn')
beforeEach(() => void warn.mockReset().mockImplementation(() => undefined))
afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
})

/** JSON text with members named `__proto__` anywhere, their names escaped or not. */
const { value: anyText } = fc.letrec<{ value: string }>(tie => {
  const name = fc.constantFrom(
    '"__proto__"',
    '"\\u005f_proto__"',
    '"__\\u0070roto__"',
    '"constructor"',
    '"prototype"',
    '"id"',
    '"a"',
  )
  const member = fc.tuple(name, tie('value')).map(pair => pair.join(':'))
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('1', '"x"', 'null', '{"polluted":true}'),
      fc.array(member, { maxLength: 4 }).map(members => `{${members.join()}}`),
      fc.array(tie('value'), { maxLength: 3 }).map(items => `[${items.join()}]`),
    ),
  }
})

const types = ['replace', 'append', 'appendNew', 'upsert', 'patch', 'patchRow', 'remove', 'unnamed'] as const
const anyMessage = fc
  .tuple(fc.constantFrom(...types), anyText, anyText)
  .map(([type, params, response]) => `{"type":"${type}","params":${params},"response":${response}}`)

const writing =
  (updateOf: (response: never) => unknown): MessageHandler =>
  ({ type, params, response }, cache) =>
    cache.setQueryData([type, params], updateOf(response as never))

/** A cache that receives messages as text, in every possible way. */
function setup() {
  // Data that does not fit an updater changes nothing.
  const { client, clock, writer, rules, liveQueries } = setUpCache({ report: () => undefined })
  rules.apply([
    {
      messages: { replace: anything },
      on: {
        append: writing(row => append(row, { max: 3 })),
        appendNew: writing(row => append(row, { by: 'id' })),
        upsert: writing(row => upsert<{ id: unknown }>(row, { by: 'id', at: 'start' })),
        patch: writing(fields => patch(fields)),
        patchRow: writing(fields => patch<{ id: unknown }>(fields, { by: 'id' })),
        remove: writing(row => remove((row as { id: unknown }).id, { by: 'id' })),
      },
    },
  ])
  const dispatch = createDispatch({ rules, liveQueries, clock, report: () => undefined })
  const receive = (text: string) => {
    for (const message of readMessages(parseJson(text, {}), {})) void dispatch(message, {})
    writer.flush()
  }
  return { client, receive }
}

/** The prototypes of a value and of everything in it. */
function prototypesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return [Object.getPrototypeOf(value), ...Object.values(value).flatMap(prototypesIn)]
}

test('a member named __proto__, anywhere in a message, changes no prototype, through any updater (X6)', () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 8 }), texts => {
      const { client, receive } = setup()
      // Twice, so that equal data is merged, too.
      for (const text of [...texts, ...texts]) receive(text)
      const cached = client.getQueryCache().getAll()
      const prototypes = cached.flatMap(({ queryKey, state }) => prototypesIn([queryKey, state.data]))
      expect(prototypes.filter(each => each !== Object.prototype && each !== Array.prototype)).toEqual([])
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    { numRuns: 2_000 },
  )
})

test('a message writes to its own key or where its handler says, and nowhere else, whatever its params are (X7)', () => {
  const anyType = fc.constantFrom('replace', 'upsert', 'unnamed', 'secret', '', '["secret"]')
  const anyOne = fc.tuple(anyType, fc.oneof(anyText, fc.constant('null')), anyText)
  fc.assert(
    fc.property(fc.array(anyOne, { maxLength: 8 }), messages => {
      const { client, receive } = setup()
      client.setQueryData(['secret', 'mine'], 'untouched')
      client.setQueryData(['list', ['secret']], 'untouched')
      for (const [type, params, response] of messages)
        receive(`{"type":${JSON.stringify(type)},"params":${params},"response":${response}}`)
      const keys = client.getQueryCache().getAll()
      const known = ['replace', 'upsert', 'secret', 'list']
      expect(keys.filter(({ queryKey }) => !known.includes(queryKey[0] as string))).toEqual([])
      expect(client.getQueryData(['secret', 'mine'])).toBe('untouched')
      expect(client.getQueryData(['list', ['secret']])).toBe('untouched')
    }),
    { numRuns: 1_000 },
  )
})
