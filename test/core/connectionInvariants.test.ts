import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PlatformEvent } from '../../src/core/platform.ts'
import type { Failure } from '../../src/core/failure.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'

type Step = (harness: ConnectionHarness) => void | Promise<void>

const onAny = (act: (sink: ConnectionHarness['transport']['last']['sink']) => void, which: number): Step => {
  return ({ transport }) => {
    const attempt = transport.attempts[which % Math.max(1, transport.attempts.length)]
    if (attempt) act(attempt.sink)
  }
}

const failures: Failure[] = [
  { kind: 'network' },
  { kind: 'close', code: 4401, opened: true },
  { kind: 'close', code: 4403, opened: true },
  { kind: 'status', status: 410 },
  { kind: 'status', status: 204 },
]
const hints: PlatformEvent[] = ['visible', 'hidden', 'online', 'offline', 'frozen', 'thawed', 'wake']

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    ({ connection }) => connection.start(),
    ({ connection }) => connection.close(),
    ({ connection }) => connection.reconnect(),
    ({ outbox }) => void outbox.send('data'),
    ({ outbox }) => void outbox.request({ type: 'a' }, { idempotent: true }).catch(() => undefined),
    harness => void (harness.prepare = () => Promise.reject(new Error('down'))),
    harness => void (harness.prepare = () => Promise.resolve({ token: 'u', tokenUse: 'refreshed' })),
    settle,
    settle,
  ),
  fc.nat(60_000).map(
    (ms): Step =>
      ({ clock }) =>
        clock.advance(ms),
  ),
  fc.constantFrom(...hints).map(
    (hint): Step =>
      harness =>
        harness.hint(hint),
  ),
  fc.nat(20).map(which => onAny(sink => sink.onOpen({ resumed: which % 2 === 0 }), which)),
  fc.nat(20).map(which => onAny(sink => void sink.onMessage('{"type":"a","response":1}', {}), which)),
  fc.nat(20).map(which => onAny(sink => sink.onActivity(), which)),
  fc
    .tuple(fc.nat(20), fc.constantFrom(...failures))
    .map(([which, failure]) => onAny(sink => sink.onFailure(failure), which)),
)

const heartbeat = { interval: 3_000, timeout: 1_000, message: { type: 'ping' } }

test('at most one attempt runs at any time, and dispose leaves no attempt, timer or listener', async () => {
  const steps = fc.array(anyStep, { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (all, pausesWhenHidden) => {
      const harness = new ConnectionHarness({ pausesWhenHidden, heartbeat })
      harness.connection.start()
      for (const step of all) {
        await step(harness)
        expect(harness.transport.running.length).toBeLessThanOrEqual(1)
      }
      harness.connection.dispose()
      await settle()
      expect(harness.status).toBe('idle')
      expect(harness.transport.running).toHaveLength(0)
      expect(harness.environment.hints.size).toBe(0)
      expect(harness.clock.pending).toBe(0)
    }),
    { numRuns: 300 },
  )
})

test('a connection that nothing pauses or ends is open in the end, whatever happened before', async () => {
  const steps = fc.array(anyStep, { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(steps, async all => {
      const harness = new ConnectionHarness({ heartbeat })
      for (const step of all) await step(harness)
      harness.prepare = () => Promise.resolve({ token: 't', tokenUse: 'given' })
      harness.hint('thawed')
      harness.connection.start()
      harness.connection.reconnect()
      await settle()
      harness.transport.last.sink.onOpen({ resumed: false })
      expect(harness.status).toBe('open')
      expect(harness.outbox.send('x')).toBe(true)
      expect(harness.transport.last.sent.at(-1)).toBe('x')
    }),
    { numRuns: 300 },
  )
})
