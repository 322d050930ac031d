import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageKey, parseJson, readMessages, withoutProto } from '../../src/core/envelope.ts'

const read = (text: string, meta = {}) => readMessages(parseJson(text, meta), meta)

describe('an envelope', () => {
  test('is the message itself, including any other members', () => {
    const envelope = {
      type: 'price',
      params: { a: 1 },
      response: 2,
      id: 'x',
      epoch: 'e',
      seq: 3,
      extra: true,
    }
    expect(read(JSON.stringify(envelope))).toEqual([envelope])
  })

  test.each([
    '{"type":"a"}',
    '{"type":"a","response":null}',
    '{"type":"a","params":{}}',
    '{"type":"a","error":"no"}',
    '{"type":"a","seq":1,"epoch":2,"id":"3"}',
    '{"type":"__proto__","response":1}',
  ])('can be %s', text => {
    expect(read(text, { type: 'event' })).toEqual([JSON.parse(text)])
  })

  test('needs a response, params or error if it has unknown fields', () => {
    const circle = { type: 'circle', radius: 2 }
    expect(read(JSON.stringify(circle), { type: 'shape' })).toEqual([
      { type: 'shape', params: undefined, response: circle, id: undefined },
    ])
  })

  test('inside an event keeps its own type', () => {
    expect(read('{"type":"own","response":1}', { type: 'event', id: '7' })).toEqual([
      { type: 'own', response: 1 },
    ])
  })
})

test('undefined, which only a parse of the application returns, is no message', () => {
  for (const meta of [{}, { type: 'ping' }]) expect(readMessages(undefined, meta)).toEqual([])
})

describe('an array', () => {
  test('of envelopes is its messages in order', () => {
    expect(read('[{"type":"a","response":1},{"type":"b","response":2}]').map(({ type }) => type)).toEqual([
      'a',
      'b',
    ])
  })

  test('whose members are not all envelopes is one response', () => {
    const mixed = [{ type: 'a', response: 1 }, 2]
    expect(read(JSON.stringify(mixed), { type: 'list' })).toMatchObject([{ type: 'list', response: mixed }])
    expect(read('[1,2]')).toMatchObject([{ type: 'message', response: [1, 2] }])
  })

  test('that is empty is no message in a frame, and an empty response in an event', () => {
    expect(read('[]')).toEqual([])
    expect(read('[]', { type: 'orders' })).toMatchObject([{ type: 'orders', response: [] }])
  })
})

describe('any other value', () => {
  test.each(['1', 'null', '"text"', 'true', '{"a":1}', '[1]'])(
    "%s is the response of its event, with the event's id",
    text => {
      const expected = { type: 'news', params: undefined, response: JSON.parse(text), id: '9' }
      expect(read(text, { type: 'news', id: '9' })).toEqual([expected])
    },
  )

  test('in a frame has the type "message"', () => {
    expect(read('{"a":1}')).toMatchObject([{ type: 'message', response: { a: 1 } }])
  })

  test.each([
    '{"type":1,"response":2}',
    '{"type":null,"response":2}',
    '{"type":["a"],"response":2}',
    '{"response":2}',
    '{"type":{},"params":1}',
  ])('that looks like an envelope without a usable type (%s) matches no handler', text => {
    expect(read(text)).toMatchObject([{ type: '' }])
  })

  test('throws nothing, whatever it is, and gives every message a type', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.option(fc.string(), { nil: undefined }), (value, type) => {
        for (const message of readMessages(JSON.parse(JSON.stringify(value)), { type })) {
          expect(typeof message.type).toBe('string')
        }
      }),
    )
  })

  test('does not inherit a type', () => {
    const heir = Object.create({ type: 'a', response: 1 }) as unknown
    expect(readMessages(heir, { type: 'event' })).toMatchObject([{ type: 'event', response: heir }])
    const tricky = read('{"__proto__":{"type":"a","response":1}}', { type: 'event' })
    expect(tricky).toMatchObject([{ type: 'event' }])
  })
})

describe('parseJson', () => {
  test('throws for a frame that is not JSON, and keeps an event that is not JSON as text', () => {
    expect(() => parseJson('<html>', {})).toThrow(SyntaxError)
    expect(parseJson('<html>', { type: 'message' })).toBe('<html>')
    expect(parseJson('', { type: 'message' })).toBe('')
  })

  test('keeps binary data as it is', () => {
    const data = new ArrayBuffer(3)
    expect(parseJson(data, {})).toBe(data)
  })
})

describe('withoutProto', () => {
  test.each([
    '__proto__',
    '\\u005f_proto__',
    '_\\u005Fproto_\\u005f',
    '__pr\\u006fto__',
    '__\\u0070rot\\u006F__',
  ])('drops a member named %s at any depth, and keeps the rest', name => {
    const text = `{"a":[{"${name}":{"x":1},"b":"__proto__"}]}`
    const value = withoutProto(JSON.parse(text) as { a: [object] }, text)
    expect(Object.keys(value.a[0])).toEqual(['b'])
    expect(Object.getPrototypeOf(value.a[0])).toBe(Object.prototype)
  })

  test('searches what was not text, even if it contains itself or is nested very deep', () => {
    const inner = JSON.parse('{"__proto__":{"x":1},"b":1}') as { b: number; self?: unknown }
    inner.self = inner
    let deep: unknown = inner
    for (let level = 0; level < 100_000; level++) deep = [deep]
    withoutProto(deep)
    expect(Object.keys(inner)).toEqual(['b', 'self'])
  })
})

test('messageKey is [type, params], or [type] if params are missing or null', () => {
  expect(messageKey('a')).toEqual(['a'])
  expect(messageKey('a', undefined)).toEqual(['a'])
  expect(messageKey('a', null)).toEqual(['a'])
  expect(messageKey('a', {})).toEqual(['a', {}])
  expect(messageKey('a', 0)).toEqual(['a', 0])
})
