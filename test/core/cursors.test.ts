import { expect, test } from 'vitest'
import { validators } from '../../src/core/cursors.ts'
import { requestOf } from '../support/recordingSink.ts'

const read = (headers: Record<string, string>) =>
  validators().read({ status: 200, headers: new Headers(headers) }, '{}', {
    etag: '"old"',
    lastModified: 'old',
  })

test('the validators of a response are used as a pair, never mixed with those of an older response', () => {
  expect(read({ etag: '"1"', 'last-modified': 'now' })).toEqual({ etag: '"1"', lastModified: 'now' })
  expect(read({ etag: '"1"' })).toEqual({ etag: '"1"', lastModified: null })
  expect(read({ 'last-modified': 'now' })).toEqual({ etag: null, lastModified: 'now' })
  expect(read({})).toBeUndefined()
})

test('only the validators that exist are sent, together with the other headers', () => {
  const request = requestOf('http://a/', { headers: { 'x-a': '1' } })
  expect(validators().attach(request, { etag: '"1"', lastModified: null }).headers).toEqual({
    'x-a': '1',
    'If-None-Match': '"1"',
  })
  expect(validators().attach(request, { etag: '"1"', lastModified: 'now' }).headers).toEqual({
    'x-a': '1',
    'If-None-Match': '"1"',
    'If-Modified-Since': 'now',
  })
})
