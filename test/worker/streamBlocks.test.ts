import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventStreamReader } from '../../src/core/eventStreamTransport.ts'
import { createBlockSplitter } from '../../src/worker/streamBlocks.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString()

/** What a page finds in the parts of an event stream, by the reader that pages use. */
function eventsIn(parts: readonly Uint8Array[]): unknown[] {
  const found: unknown[] = []
  const read = createEventStreamReader(Infinity, {
    oversized: () => expect.unreachable(),
    commitId: id => found.push({ id }),
    event: (data, { type }) => found.push({ type, data }),
    retry: delay => found.push({ delay }),
  })
  parts.forEach(read)
  return found
}

/** The blocks that come out after each part, and what is left at the end. */
function split(framing: 'events' | 'lines' | 'none', parts: readonly Uint8Array[]) {
  const take = createBlockSplitter(framing)
  const blocks = parts.map(part => take(part))
  return { blocks, rest: take() }
}
const present = (blocks: readonly (Uint8Array | undefined)[]) => blocks.flatMap(block => block ?? [])

describe('an event stream', () => {
  const piece = fc.constantFrom(
    ...['\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n'],
    ...[':', ': hi', 'data: a', 'data', 'data: é☃𝄞', 'event: e', 'id: 1', 'id', 'retry: 5', ' '],
  )
  const stream = fc.tuple(
    fc.array(piece, { maxLength: 30 }).map(pieces => bytesOf(pieces.join(''))),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  )
  const partsOf = (bytes: Uint8Array, sizes: readonly number[]) => {
    const parts: Uint8Array[] = []
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length]!
      parts.push(bytes.slice(at, at + size))
      at += size
    }
    return parts
  }

  test('is passed on whole, each event as soon as it is complete, and can be joined after each block', () => {
    const property = fc.property(stream, ([bytes, sizes]) => {
      const parts = partsOf(bytes, sizes)
      const { blocks, rest } = split('events', parts)
      expect(textOf([...present(blocks), ...(rest ? [rest] : [])])).toBe(Buffer.from(bytes).toString())
      const all = eventsIn(parts)
      blocks.forEach((block, index) => {
        const passed = eventsIn(present(blocks.slice(0, index + 1)))
        const arrived = eventsIn(parts.slice(0, index + 1))
        const isRead = (each: unknown) => !('delay' in (each as object))
        expect(passed.filter(isRead)).toEqual(arrived.filter(isRead))
        if (!block) return
        const later = [...present(blocks.slice(index + 1)), ...(rest ? [rest] : [])]
        expect([...passed, ...eventsIn(later)]).toEqual(all)
      })
    })
    fc.assert(property, { numRuns: 2_000 })
  })

  test('is split after comments, too, because a stream may begin with one and then stay silent', () => {
    const { blocks } = split('events', [': hi\n', ':\r', '\n: ', 'x\n'].map(bytesOf))
    expect(textOf(present(blocks))).toBe(': hi\n:\r\n: x\n')
  })

  test('is not split inside an event, not even after a comment in it', () => {
    const { blocks, rest } = split('events', ['data: a\n: comment\n', 'data: b\n'].map(bytesOf))
    expect([present(blocks), textOf([rest!])]).toEqual([[], 'data: a\n: comment\ndata: b\n'])
  })
})

test('lines are passed on when they are complete', () => {
  const { blocks, rest } = split('lines', ['{"a"', ':1}\n{', '"b":2}\r\n', '{"c":3}'].map(bytesOf))
  expect(blocks.map(block => block && textOf([block]))).toEqual([
    undefined,
    '{"a":1}\n',
    '{"b":2}\r\n',
    undefined,
  ])
  expect(textOf([rest!])).toBe('{"c":3}')
})

test('a response that no page joins is passed on as it comes', () => {
  const { blocks, rest } = split('none', ['a', 'b'].map(bytesOf))
  expect([textOf(present(blocks)), rest]).toEqual(['ab', undefined])
})

test.each(['events', 'lines'] as const)(
  'a block of %s that does not end is passed on in parts of about 1 MiB, and nothing of it is lost',
  framing => {
    const part = bytesOf(`data: ${'é'.repeat(50_000)}`)
    const parts = Array.from({ length: 30 }, () => part)
    const { blocks, rest } = split(framing, parts)
    const passed = present(blocks)
    expect(passed.map(({ length }) => length > 1_048_576 && length < 1_200_000)).toEqual([true, true])
    expect(textOf([...passed, rest!])).toBe(textOf(parts))
  },
)
