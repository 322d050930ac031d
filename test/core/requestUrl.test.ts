import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConfigurationError, InsecureOriginError, UntrustedOriginError } from '../../src/core/errors.ts'
import {
  assertTrusted,
  defaultTrustedOrigins,
  displayUrl,
  resolveUrl,
  toSocketUrl,
} from '../../src/core/request.ts'

afterEach(() => void vi.unstubAllGlobals())
const onPage = (href: string) => void vi.stubGlobal('location', new URL(href))

describe('a URL', () => {
  test.each<[string, string | undefined, string]>([
    ['https://host/a', undefined, 'https://host/a'],
    ['https://other/a', 'https://host/api/', 'https://other/a'],
    ['socket', 'https://host/api/', 'https://host/api/socket'],
    ['socket', 'https://host/api', 'https://host/socket'],
    ['/socket', 'https://host/api/', 'https://host/socket'],
    ['?a=1', 'https://host/api/', 'https://host/api/?a=1'],
    ['//cdn/a', 'https://host/', 'https://cdn/a'],
    ['../a', 'https://host/x/y/', 'https://host/x/a'],
    ['', 'https://host/api', 'https://host/api'],
  ])('%j resolves against the base %j to %s', (url, base, expected) => {
    expect(resolveUrl(url, base).href).toBe(expected)
  })

  test('and a relative base resolve against the page', () => {
    onPage('https://page/app/index.html?x=1')
    expect(resolveUrl('a', undefined).href).toBe('https://page/app/a')
    expect(resolveUrl('a', '/api/').href).toBe('https://page/api/a')
    expect(resolveUrl(new URL('https://host/b'), '/api/').href).toBe('https://host/b')
  })

  test('that cannot be resolved is an error that says what to do and does not quote the URL', () => {
    for (const [url, base] of [
      ['/relative?token=secret', undefined],
      ['https://?token=secret', undefined],
      ['/a', 'not a base?token=secret'],
    ] as const) {
      const error = expectThrown(() => resolveUrl(url, base))
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error.message).toMatch(/baseUrl/)
      expect(error.cause).toBeUndefined()
      expect(error.message).not.toContain('secret')
    }
  })
})

function expectThrown(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('It threw nothing.')
}

test.each([
  ['http://host/a?b=1', 'ws://host/a?b=1'],
  ['https://host:8443/a#top', 'wss://host:8443/a'],
  ['ws://host/', 'ws://host/'],
  ['wss://host/#x', 'wss://host/'],
])('a socket turns %s into %s', (url, expected) => {
  const given = new URL(url)
  expect(toSocketUrl(given).href).toBe(expected)
  expect(given.href).toBe(url)
})

test('a URL is displayed without query, fragment and credentials', () => {
  expect(displayUrl(new URL('wss://me:secret@host:8443/a/b?token=secret#secret'))).toBe('wss://host:8443/a/b')
})

describe('a token', () => {
  const trusts =
    (url: string, ...trusted: string[]) =>
    () =>
      assertTrusted(new URL(url), { trusted, insecure: [] })

  test('is sent to trusted origins, whatever their path; ws counts as http of the same host', () => {
    for (const url of ['https://host/a', 'wss://host/b?c']) {
      expect(trusts(url, 'https://host')).not.toThrow()
      expect(trusts(url, 'wss://host/x')).not.toThrow()
      expect(trusts(url, 'https://other', 'https://host:443/')).not.toThrow()
    }
  })

  test.each([
    'http://host/',
    'ws://host/',
    'https://host:8443/',
    'https://sub.host/',
    'https://host.evil/',
    'https://evil/?https://host',
    'https://host@evil/',
  ])('is not sent to %s, which is not trusted (X3)', url => {
    expect(trusts(url, 'https://host')).toThrow(UntrustedOriginError)
  })

  test('is sent nowhere if nothing is trusted (X3)', () => {
    expect(trusts('https://host/')).toThrow(UntrustedOriginError)
  })

  test('causes a clear error if a trusted origin is not an origin', () => {
    expect(trusts('https://host/', 'host')).toThrow(/"host" in "trustedOrigins"/)
  })
})

describe('an unencrypted token', () => {
  const sending =
    (url: string, insecure: string[] = [], trusted = [url]) =>
    () =>
      assertTrusted(new URL(url), { trusted, insecure })

  test.each(['http://host/', 'ws://host:8080/a', 'http://192.168.1.5/', 'http://0.0.0.0:81/', 'ws://[::2]/'])(
    'is not sent to %s, even if it is trusted, and the error says what to do',
    url => {
      expect(sending(url)).toThrow(InsecureOriginError)
      expect(sending(url)).toThrow(/https: or wss:.*insecureOrigins/)
    },
  )

  test.each([
    'http://localhost.evil/',
    'ws://evillocalhost/',
    'http://127.0.0.1.evil/',
    'http://localhost@evil/',
  ])('is not sent to %s, which only looks like this machine', url =>
    expect(sending(url)).toThrow(InsecureOriginError),
  )

  test.each([
    'http://localhost:3000/',
    'ws://app.localhost/',
    'http://127.0.0.1:81/',
    'ws://127.9.9.9/',
    'ws://[::1]:8080/',
  ])('is sent to %s, which is this machine', url => expect(sending(url)).not.toThrow())

  test('is sent to an origin that is allowed by name, ws as http, but to no other port or host of it', () => {
    expect(sending('ws://api:8080/socket', ['http://api:8080'])).not.toThrow()
    expect(sending('http://api:8080/', ['ws://api:8080/path'])).not.toThrow()
    for (const other of ['http://api/', 'http://api:8081/', 'http://x.api:8080/'])
      expect(sending(other, ['http://api:8080'])).toThrow(InsecureOriginError)
  })

  test('is not sent to an origin that is allowed by name but not trusted', () => {
    expect(sending('http://api/', ['http://api'], ['https://api'])).toThrow(UntrustedOriginError)
  })

  test('causes a clear error if an allowed origin is not an origin', () => {
    expect(sending('http://api/', ['api'])).toThrow(/"api" in "trustedOrigins" or "insecureOrigins"/)
  })
})

test('the page and the base are trusted by default', () => {
  expect(defaultTrustedOrigins(undefined)).toEqual([])
  onPage('https://page/app/')
  expect(defaultTrustedOrigins(undefined)).toEqual(['https://page/app/'])
  expect(defaultTrustedOrigins('https://api/v1')).toEqual(['https://page/app/', 'https://api/v1'])
  expect(defaultTrustedOrigins('/v1')).toEqual(['https://page/app/', 'https://page/v1'])
})
