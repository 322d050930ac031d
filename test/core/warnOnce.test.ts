import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfigurationError } from '../../src/core/errors.ts'
import type { ConnectionEvent } from '../../src/core/events.ts'
import { warnOfEvent, warnOnce } from '../../src/core/warnOnce.ts'
import { bundleWithVite } from '../support/bundleWithVite.ts'

const warn = vi.spyOn(console, 'warn')
beforeEach(() => void warn.mockReset().mockImplementation(() => undefined))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
const shown = () => warn.mock.calls.map(([text]) => String(text))

const place = { url: 'ws://example.com/socket' }
const troubles: ConnectionEvent[] = [
  { kind: 'unknown-type', type: 'a' },
  { kind: 'bad-message', reason: 'unreadable' },
  { kind: 'bad-message', reason: 'too-large' },
  { kind: 'bad-message', reason: 'invalid', type: 'a' },
  { kind: 'handler-error', type: 'a', error: new TypeError('secret') },
  { kind: 'queue-overflow' },
  { kind: 'outdated-response', key: ['a', { id: 'secret' }] },
]

test.each(troubles)(
  '$kind $reason warns once per type in development, names the path, links the docs and quotes no error',
  event => {
    const warned = new Set<string>()
    warnOfEvent(event, warned, place)
    warnOfEvent(event, warned, place)
    expect(shown()).toEqual([
      expect.stringMatching(/^react-query-realtime: \/socket: .*[.?] See https:\S+#warnings$/),
    ])
    expect(shown().join()).not.toContain('secret')
    if (!('type' in event)) return
    warnOfEvent({ ...event, type: 'b' }, warned, place)
    expect(shown()).toHaveLength(2)
  },
)

test('a warning about an error of this package quotes it, and has one link', () => {
  const error = new ConfigurationError('Bad.')
  warnOfEvent({ kind: 'handler-error', type: 'a', error }, new Set(), place)
  expect(shown().join()).toContain('failed: Bad. The')
  expect(shown().join().split('https:')).toHaveLength(2)
})

test('events that mean no trouble cause no warning', () => {
  warnOfEvent({ kind: 'status', status: 'open', error: null }, new Set(), place)
  warnOfEvent({ kind: 'gap', cause: 'reconnect', keys: [] }, new Set(), place)
  expect(shown()).toEqual([])
})

test('a server that invents types causes at most 100 warnings', () => {
  const warned = new Set<string>()
  for (let type = 0; type < 1_000; type++)
    warnOfEvent({ kind: 'unknown-type', type: `${type}` }, warned, place)
  expect([shown().length, warned.size]).toEqual([100, 100])
})

test('production shows no warning', () => {
  vi.stubEnv('NODE_ENV', 'production')
  warnOfEvent(troubles[0]!, new Set(), place)
  warnOnce(new Set(), 'a', () => 'b')
  expect(shown()).toEqual([])
})

test('a runtime without `process` shows no warning, and throws nothing', () => {
  vi.stubGlobal('process', undefined)
  warnOfEvent(troubles[0]!, new Set(), place)
  warnOnce(new Set(), 'a', () => 'b')
  vi.unstubAllGlobals()
  expect(shown()).toEqual([])
})

const bundleOf = (mode: string) =>
  bundleWithVite(
    mode,
    ({ index, core }) => `import * as all from '${index}'
      import { warnOnce } from '${core}/warnOnce.ts'
      warnOnce(new Set(), 'subject', () => 'react-query-realtime: own text')
      console.log(Object.keys(all))`,
  )

test('a Vite app warns in a development build, and contains no warning text in a production build', async () => {
  const texts = ['own text', 'maxMessageBytes.', 'no handler, schema or query']
  const development = await bundleOf('development')
  expect(texts.filter(text => !development.includes(text))).toEqual([])
  expect(development).not.toContain('process.env')
  const production = await bundleOf('production')
  expect(texts.filter(text => production.includes(text))).toEqual([])
})
