import { afterEach, expect, test, vi } from 'vitest'
import { withAdvice } from '../../src/core/advice.ts'
import { prepareRequest, type RequestPlan } from '../../src/core/request.ts'
import { WEB_SOCKET } from '../../src/core/socketTransport.ts'
import { HTTP } from '../../src/core/transport.ts'
import { bundleWithVite } from '../support/bundleWithVite.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

const SHORT = '"url" is not valid. See "Errors" in the docs.'

test('development says what to do', () => {
  expect(withAdvice('"url" is not valid.', 'url')).toBe(
    '"url" is not valid. Give an absolute URL, or a relative one and a "baseUrl".',
  )
})

test('production says what is wrong, and where to read on', () => {
  vi.stubEnv('NODE_ENV', 'production')
  expect(withAdvice('"url" is not valid.', 'url')).toBe(SHORT)
})

test('a runtime without `process` counts as production', () => {
  vi.stubGlobal('process', undefined)
  const message = withAdvice('"url" is not valid.', 'url')
  vi.unstubAllGlobals()
  expect(message).toBe(SHORT)
})

const plan: RequestPlan = {
  transport: HTTP,
  url: 'https://example.com/?token=secret',
  tokens: { getToken: () => Promise.resolve({ token: 'secret', isRefreshed: false }) },
  attachToken: request => request,
  origins: { trusted: ['https://example.com'], insecure: [] },
}

test.each<[named: string, change: Partial<RequestPlan>]>([
  ['"url"', { url: '?secret' }],
  ['"baseUrl"', { url: '?secret', baseUrl: '//' }],
  ['"headers"', { headers: { a: ['secret'] as never } }],
  ['"attachToken"', { attachToken: () => 'secret' as never }],
  [
    'WebSocket',
    { transport: WEB_SOCKET, attachToken: request => ({ ...request, headers: { a: 'secret' } }) },
  ],
  ['HTTP', { attachToken: request => ({ ...request, firstMessage: 'secret' }) }],
  ['trustedOrigins', { origins: { trusted: ['nowhere'], insecure: [] } }],
  ['https://example.com', { origins: { trusted: [], insecure: [] } }],
])('in production an error names %s, and no secret', async (named, change) => {
  vi.stubEnv('NODE_ENV', 'production')
  const error = await prepareRequest(
    { ...plan, ...change },
    { rejected: undefined, pending: { part: undefined } },
  ).catch((thrown: unknown) => thrown as Error)
  expect(error).toMatchObject({ message: expect.stringContaining(named) })
  expect((error as Error).message).not.toContain('secret')
})

test('a production build contains no advice, and is smaller for it', async () => {
  const bundleOf = (mode: string) =>
    bundleWithVite(
      mode,
      ({ core }) => `import { prepareRequest } from '${core}/request.ts'
      console.log(prepareRequest)`,
    )
  const advice = ['Give an absolute URL', 'Use a wss: URL', 'do not make it async', 'github.io']
  const development = await bundleOf('development')
  const production = await bundleOf('production')
  expect(advice.filter(text => !development.includes(text))).toEqual([])
  expect(advice.filter(text => production.includes(text))).toEqual([])
  expect(production).toContain('is not valid.')
  expect(production.length).toBeLessThan(development.length - 1_000)
})
