import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineReader } from '../../src/core/lineReader.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What a reader finds in the parts of a stream that then ends. */
function read(parts: Iterable<Uint8Array>, maxBytes = 1 << 20): string[] {
  const lines: string[] = []
  const take = createLineReader(maxBytes, {
    line: text => lines.push(text),
    oversized: () => {
      throw new Error('oversized')
    },
  })
  for (const part of parts) take(part)
  take()
  return lines
}

const readText = (...texts: string[]) => read(texts.map(bytesOf))

/** Cuts bytes at random places. */
const cut = (bytes: Uint8Array) =>
  fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }).map(cuts => {
    const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
    return at.slice(1).map((end, index) => bytes.slice(at[index], end))
  })

const lineEnd = fc.constantFrom('\n', '\r\n')
const isEmpty = (text: string) => !/\S/.test(text)
const written = fc.array(
  fc.tuple(
    fc.oneof(
      fc.json(),
      fc.constantFrom('', ' ', '\r', '{"a":\r1}', '☃', '"𝄞é"', '\uFEFF', '[', '\u2028'),
      fc.string({ unit: 'binary', maxLength: 6 }).filter(text => !/[\r\n]/.test(text)),
    ),
    lineEnd,
  ),
  { maxLength: 10 },
)

test('any lines, split at any bytes, with or without a last line end, are the lines that were written', () => {
  const stream = fc
    .tuple(fc.constantFrom('', '\uFEFF'), written, fc.boolean())
    .chain(([mark, lines, isEnded]) => {
      const text = lines.map(([line, end], index) =>
        index < lines.length - 1 || isEnded ? line + end : line,
      )
      const bytes = bytesOf(mark + text.join(''))
      return fc.tuple(fc.constant({ mark, lines, bytes }), cut(bytes))
    })
  fc.assert(
    fc.property(stream, ([{ mark, lines, bytes }, parts]) => {
      // One byte order mark is part of the encoding, and one CR of a line end.
      const expected = lines
        .map(([line], index) => (index === 0 && !mark ? line.replace(/^\uFEFF/, '') : line))
        .map(line => line.replace(/\r$/, ''))
        .filter(line => !isEmpty(line))
      const decoded = (text: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(text))
      const wanted = expected.map(decoded)
      expect(read([bytes])).toEqual(wanted)
      expect(read(parts)).toEqual(wanted)
      expect(read(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(wanted)
    }),
    { numRuns: 2_000 },
  )
})

test('a line counts once its end has arrived; the last one when the stream ends', () => {
  const lines: string[] = []
  const take = createLineReader(100, {
    line: text => lines.push(text),
    oversized: () => expect.unreachable(),
  })
  take(bytesOf('1\r'))
  expect(lines).toEqual([])
  take(bytesOf('\n2'))
  expect(lines).toEqual(['1'])
  take()
  expect(lines).toEqual(['1', '2'])
})

test('a CR alone ends no line, because JSON allows it between two values', () => {
  expect(readText('[1,\r', '2]\n3')).toEqual(['[1,\r2]', '3'])
})

test('a stream that ends inside a character ends with the replacement character', () => {
  expect(read([Uint8Array.of(0x22, 0xe2, 0x98)])).toEqual(['"\uFFFD'])
})

test.each([
  ['whole', `${'x'.repeat(101)}\n`],
  ['unfinished', 'x'.repeat(102)],
  ['in UTF-8 only', `${'é'.repeat(51)}\n`],
])('a line of more than maxBytes is oversized: %s', (_name, text) => {
  expect(() => read([bytesOf(text)], 100)).toThrow('oversized')
  expect(() =>
    read(
      Array.from(bytesOf(text), byte => Uint8Array.of(byte)),
      100,
    ),
  ).toThrow('oversized')
})

test('lines of exactly maxBytes are read, however many there are', () => {
  const line = 'x'.repeat(100)
  const text = `${line}\r\n`.repeat(20)
  expect(read([bytesOf(text)], 100)).toHaveLength(20)
  expect(
    read(
      Array.from(bytesOf(text), byte => Uint8Array.of(byte)),
      100,
    ),
  ).toHaveLength(20)
})
