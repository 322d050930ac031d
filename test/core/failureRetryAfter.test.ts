import { expect, test } from 'vitest'
import { parseRetryAfter } from '../../src/core/failure.ts'

const NOW = Date.UTC(2026, 0, 1)

test.each<[string | null, number | undefined]>([
  ['7', 7_000],
  [' 7 ', 7_000],
  ['0', 0],
  ['9999999', 3_600_000],
  ['99999999999999999999999999', 3_600_000],
  [new Date(NOW + 30_000).toUTCString(), 30_000],
  [new Date(NOW + 86_400_000).toUTCString(), 3_600_000],
  [new Date(NOW - 30_000).toUTCString(), undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After %j requests a wait of %j ms (S6)', (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected)
})
