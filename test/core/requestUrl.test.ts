import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConfigurationError, UntrustedOriginError } from '../../src/core/errors.ts'
import {
  assertTrusted,
  defaultTrustedOrigins,
  displayUrl,
  resolveUrl,
  toSocketUrl,
} from '../../src/core/requestUrl.ts'

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

  test('that cannot be resolved is an error that says what to do and does not quote it', () => {
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
])('for a socket %s becomes %s', (url, expected) => {
  const given = new URL(url)
  expect(toSocketUrl(given).href).toBe(expected)
  expect(given.href).toBe(url)
})

test('a URL is shown without query, fragment and credentials', () => {
  expect(displayUrl(new URL('wss://me:secret@host:8443/a/b?token=secret#secret'))).toBe('wss://host:8443/a/b')
})

describe('a token', () => {
  const trusts =
    (url: string, ...origins: string[]) =>
    () =>
      assertTrusted(new URL(url), origins)

  test('goes to trusted origins, whatever their path; ws counts as http of the same host', () => {
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
  ])('does not go to %s', url => {
    expect(trusts(url, 'https://host')).toThrow(UntrustedOriginError)
  })

  test('goes nowhere where nothing is trusted', () => {
    expect(trusts('https://host/')).toThrow(UntrustedOriginError)
  })

  test('meets a clear error where a trusted origin is none', () => {
    expect(trusts('https://host/', 'host')).toThrow(/"host" in trustedOrigins/)
  })
})

test('the page and the base are trusted by default', () => {
  expect(defaultTrustedOrigins(undefined)).toEqual([])
  onPage('https://page/app/')
  expect(defaultTrustedOrigins(undefined)).toEqual(['https://page/app/'])
  expect(defaultTrustedOrigins('https://api/v1')).toEqual(['https://page/app/', 'https://api/v1'])
  expect(defaultTrustedOrigins('/v1')).toEqual(['https://page/app/', 'https://page/v1'])
})
