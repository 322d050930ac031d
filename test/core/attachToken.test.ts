import { expect, test } from 'vitest'
import {
  tokenInFirstMessage,
  tokenInHeader,
  tokenInProtocol,
  tokenInQuery,
} from '../../src/core/attachToken.ts'
import type { TransportRequest } from '../../src/core/transport.ts'

const request: TransportRequest = Object.freeze({
  url: 'wss://host/a?b=1',
  headers: Object.freeze({ 'x-a': '1' }),
  protocols: Object.freeze(['app']) as unknown as string[],
})

test('in the query it replaces one of the same name, escaped, and leaves the rest', () => {
  expect(tokenInQuery()(request, 'a&b c').url).toBe('wss://host/a?b=1&token=a%26b+c')
  expect(tokenInQuery('b')(request, '2').url).toBe('wss://host/a?b=2')
})

test('in a header it is a bearer token beside the other headers', () => {
  const { headers, redirect } = tokenInHeader()(request, 't')
  expect(headers).toEqual({ 'x-a': '1', Authorization: 'Bearer t' })
  expect(redirect).toBeUndefined()
})

test('in a header that a redirect would carry elsewhere, a redirect is an error', () => {
  const own = tokenInHeader('X-Token', token => token)(request, 't')
  expect(own).toMatchObject({ headers: { 'X-Token': 't' }, redirect: 'error' })
  expect(tokenInHeader('authorization')(request, 't').redirect).toBeUndefined()
})

test('as a subprotocol it comes after those of the application', () => {
  expect(tokenInProtocol()(request, 't').protocols).toEqual(['app', 'token.t'])
  expect(tokenInProtocol(token => `auth-${token}`)(request, 't').protocols).toEqual(['app', 'auth-t'])
})

test('as the first message it is what the application makes of it', () => {
  const attach = tokenInFirstMessage(token => JSON.stringify({ type: 'auth', token }))
  expect(attach(request, 't').firstMessage).toBe('{"type":"auth","token":"t"}')
  expect(attach(request, 't').url).toBe(request.url)
})
