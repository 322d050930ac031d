import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import { createEventStreamReader } from '../../src/core/eventStreamTransport.ts'
import { readByStandard } from '../support/readByStandard.ts'
import type { Found } from '../support/readByStandard.ts'

function read(parts: Iterable<Uint8Array>): Found[] {
  const found: Found[] = []
  const feed = createEventStreamReader(1 << 20, {
    oversized: () => expect.unreachable(),
    commitId: id => found.push({ id }),
    event: (data, meta) => found.push({ data, ...meta }),
    retry: retry => found.push({ retry }),
  })
  for (const part of parts) feed(part)
  return found
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const readText = (...texts: string[]) => read(texts.map(bytesOf))

const field = fc.constantFrom('data', 'id', 'event', 'retry', '', 'ident', ' id', 'dat')
const separator = fc.constantFrom(':', ': ', ':  ', '')
const value = fc.oneof(
  fc.constantFrom('', '0', '250', '☃', '𝄞é', '\0', 'a:b', '\u2028', '\uFEFF', 'ï»¿', ':', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(field, separator, value, lineEnd).map(parts => parts.join('')) },
  { weight: 2, arbitrary: lineEnd },
)
const start = fc.constantFrom('', '', '\uFEFF', '\uFEFF\uFEFF', 'ï»¿')
const streamBytes = fc
  .tuple(start, fc.array(line, { maxLength: 14 }), fc.constantFrom('', 'data: cut', 'id: 9\n'))
  .map(([bom, lines, cut]) => bytesOf(bom + lines.join('') + cut))
const split = streamBytes.chain(bytes =>
  fc.tuple(
    fc.constant(bytes),
    fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }).map(cuts => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      return at.slice(1).map((end, index) => bytes.slice(at[index], end))
    }),
  ),
)

describeBothWays('an event stream', () => {
  describe('following the standard', () => {
    test('any stream, split anywhere, gives the same events as a plain reading of the standard', () => {
      fc.assert(
        fc.property(split, ([bytes, parts]) => {
          const expected = readByStandard(bytes)
          expect(read([bytes])).toEqual(expected)
          expect(read(parts)).toEqual(expected)
          expect(read(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(expected)
        }),
        { numRuns: 2_000 },
      )
    })
  })

  describe('in ids', () => {
    test('an id is committed at the blank line, right before its event', () => {
      expect(readText('id: 1\ndata: a\n')).toEqual([])
      expect(readText('id: 1\ndata: a\n\n')).toEqual([{ id: '1' }, { data: 'a', type: 'message', id: '1' }])
    })

    test('a block with only an id moves the cursor and is not an event (S15)', () => {
      expect(readText('id: 1\n\nid\r\rid: 3\r\n\r\n')).toEqual([{ id: '1' }, { id: '' }, { id: '3' }])
    })

    test('the id of an unfinished event is not committed (S14)', () => {
      expect(readText('id: 1\ndata: a\n\n', 'id: 2\ndata: b')).toHaveLength(2)
    })

    test('an id that contains NUL is ignored, and an earlier one in the block stays (S16)', () => {
      expect(readText('id: a\0b\n\nid: 1\nid: \0\n\n')).toEqual([{ id: '1' }])
    })

    test('an event without an id has no id', () => {
      expect(readText('id: 1\n\ndata: a\n\n')[1]).toEqual({ data: 'a', type: 'message', id: undefined })
    })
  })

  describe('in lines and bytes', () => {
    test('a trailing CR dispatches at once, and an LF after it is not a second line end (S12)', () => {
      expect(readText('data: a\r\r')).toHaveLength(1)
      expect(readText('data: a\r', '\ndata: b\r', '\n', '\r', '\n')).toEqual([
        { data: 'a\nb', type: 'message', id: undefined },
      ])
    })

    test('a character split across parts stays whole (S11)', () => {
      const bytes = bytesOf('data: 𝄞\n\n')
      expect(read([bytes.slice(0, 7), bytes.slice(7, 9), bytes.slice(9)])).toMatchObject([{ data: '𝄞' }])
    })

    test('of two byte order marks at the start, only the first is removed, wherever the bytes are split', () => {
      const bytes = bytesOf('\uFEFF\uFEFFdata: a\n\ndata: b\n\n')
      for (let at = 1; at < bytes.length; at++)
        expect(read([bytes.slice(0, at), bytes.slice(at)])).toEqual([
          { data: 'b', type: 'message', id: undefined },
        ])
    })

    test('one byte order mark is stripped, even in three parts, and none later on (S13)', () => {
      const bytes = bytesOf('\uFEFFdata: a\n\n\uFEFFdata: b\n\n')
      const parts = [bytes.slice(0, 1), bytes.slice(1, 2), bytes.slice(2, 3), bytes.slice(3)]
      expect(read(parts)).toEqual([{ data: 'a', type: 'message', id: undefined }])
    })

    test('a Unicode line separator does not end a line', () => {
      expect(readText('id: 1\u20282\ndata: a\u2029b\n\n')).toMatchObject([
        { id: '1\u20282' },
        { data: 'a\u2029b' },
      ])
    })
  })

  describe('in events', () => {
    test('an empty data line is an event with the data "", and no data line is no event', () => {
      expect(readText('event: a\n\ndata\n\ndata:\ndata:\n\n')).toMatchObject([
        { data: '', type: 'message' },
        { data: '\n' },
      ])
    })

    test.each(['error', 'open', 'message', '__proto__', 'constructor'])(
      'the event name "%s" has no special meaning',
      type => {
        expect(readText(`event: ${type}\ndata: 1\n\n`)).toEqual([{ data: '1', type, id: undefined }])
      },
    )
  })
})
