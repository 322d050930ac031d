import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { decodeText, isLargerThan } from '../../src/core/envelope.ts'

afterEach(() => void vi.unstubAllGlobals())
const encoder = new TextEncoder()
const decoder = new TextDecoder()

test('text is decoded the same without a TextDecoder', () => {
  vi.stubGlobal('TextDecoder', undefined)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const bytes = encoder.encode(text)
      expect(decodeText(bytes)).toBe(decoder.decode(bytes))
    }),
  )
  expect(decodeText(new Uint8Array([0x61, 0xff]))).toBe('a\uFFFD')
})

test('the size of text in bytes is the same as from a TextEncoder, even for lone surrogates', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) }), text => {
      const size = encoder.encode(text).byteLength
      expect([size - 1, size].map(limit => isLargerThan(text, limit))).toEqual([true, false])
    }),
  )
})
