import { expect, test } from 'vitest'
import { tokenInFirstMessage, tokenInHeader, tokenInProtocol, tokenInQuery } from '../../src/core/tokens.ts'
import type { TransportRequest } from '../../src/core/transport.ts'

const request: TransportRequest = Object.freeze({
  url: 'wss://host/a?b=1',
  headers: Object.freeze({ 'x-a': '1' }),
  protocols: Object.freeze(['app']) as unknown as string[],
})

test('a token in the query replaces a parameter of the same name, is escaped, and leaves the rest alone', () => {
  expect(tokenInQuery()(request, 'a&b c').url).toBe('wss://host/a?b=1&token=a%26b+c')
  expect(tokenInQuery('b')(request, '2').url).toBe('wss://host/a?b=2')
})

test('a token in a header is a bearer token and keeps the other headers', () => {
  const { headers, redirect } = tokenInHeader()(request, 't')
  expect(headers).toEqual({ 'x-a': '1', Authorization: 'Bearer t' })
  expect(redirect).toBeUndefined()
})

test('a redirect is an error if the token is in a header that the redirect would forward', () => {
  const own = tokenInHeader('X-Token', token => token)(request, 't')
  expect(own).toMatchObject({ headers: { 'X-Token': 't' }, redirect: 'error' })
  expect(tokenInHeader('authorization')(request, 't').redirect).toBeUndefined()
})

test('a token as a subprotocol comes after those of the application', () => {
  expect(tokenInProtocol()(request, 't').protocols).toEqual(['app', 'token.t'])
  expect(tokenInProtocol(token => `auth-${token}`)(request, 't').protocols).toEqual(['app', 'auth-t'])
})

test('a token in the first message is whatever the application builds from it', () => {
  const attach = tokenInFirstMessage(token => JSON.stringify({ type: 'auth', token }))
  expect(attach(request, 't').firstMessage).toBe('{"type":"auth","token":"t"}')
  expect(attach(request, 't').url).toBe(request.url)
})
