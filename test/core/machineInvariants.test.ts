import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideFailure, type Failure } from '../../src/core/failure.ts'
import type { Event, PauseReason, State, World } from '../../src/core/connectionState.ts'
import { transition } from '../../src/core/machine.ts'

const failures = fc.oneof(
  fc.record({
    kind: fc.constant('close' as const),
    code: fc.constantFrom(1000, 1006, 1008, 1009, 1012, 3000, 4401, 4403, 4999),
    opened: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(204, 400, 401, 403, 409, 410, 429, 503),
    retryAfter: fc.nat(5_000_000),
    hadCursor: fc.boolean(),
  }),
  fc.constantFrom<Failure>({ kind: 'network' }, { kind: 'timeout' }, { kind: 'silence' }, { kind: 'ended' }),
)

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>(
    { type: 'start' },
    { type: 'stop' },
    { type: 'close' },
    { type: 'reconnect' },
    { type: 'pause-changed' },
    { type: 'authorized', token: 'none' },
    { type: 'authorized', token: 'given' },
    { type: 'authorized', token: 'refreshed' },
    { type: 'opened' },
    { type: 'timed-out' },
    { type: 'hint' },
  ),
  failures.map((failure): Event => ({ type: 'failed', failure, decision: decideFailure(failure) })),
)

const anyStep = fc.record({
  event: anyEvent,
  passed: fc.nat(30_000),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  pausedBy: fc.uniqueArray(fc.constantFrom<PauseReason>('hidden', 'frozen')),
})

const anyTimes = fc.record({
  minDelay: fc.nat(5_000),
  maxDelay: fc.nat(60_000),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
  maxRetries: fc.oneof(fc.nat(5), fc.constant(Infinity)),
  stableAfter: fc.nat(10_000),
  connectTimeout: fc.nat(20_000),
})

interface Walked {
  before: State
  after: State
  event: Event
  world: World
  armed: number[]
  /** Whether a timer is running, as the driver runs them: `arm` replaces it, a new state name clears it. */
  hasTimer: boolean
}

function walk(check: (step: Walked) => void): void {
  const steps = fc.array(anyStep, { maxLength: 60 })
  fc.assert(
    fc.property(anyTimes, steps, (times, all) => {
      let state: State = { name: 'idle' }
      let now = 1_000_000
      let hasTimer = false
      for (const { event, passed, random, pausedBy } of all) {
        // A timer that is not running does not elapse.
        if (event.type === 'timed-out' && !hasTimer) continue
        now += passed
        const world: World = { now, random, pausedBy: new Set(pausedBy), times }
        const before: State = state
        const { state: after, effects } = transition(before, event, world)
        const armed = effects.flatMap(effect => (effect.type === 'start-timer' ? [effect.delay] : []))
        hasTimer &&= before.name === after.name && event.type !== 'timed-out'
        hasTimer ||= armed.length > 0
        state = after
        check({ before, after, event, world, armed, hasTimer })
      }
    }),
    { numRuns: 1_000 },
  )
}

test('no sequence of events arms two timers at once, or a timer without a valid delay', () => {
  walk(({ armed }) => {
    expect(armed.length).toBeLessThanOrEqual(1)
    for (const delay of armed) expect(delay).toBeGreaterThanOrEqual(0)
  })
})

test('a timer is armed only when a new state or a new attempt begins', () => {
  walk(({ before, after, event, armed }) => {
    if (armed.length > 0 && event.type !== 'reconnect') expect(after.name).not.toBe(before.name)
  })
})

test('idle, paused, closed and failed have no timer', () => {
  walk(({ after, hasTimer }) => {
    if (['idle', 'paused', 'closed', 'failed'].includes(after.name)) expect(hasTimer).toBe(false)
  })
})

test('every trying or waiting state has a timer, so that nothing hangs', () => {
  walk(({ after, hasTimer }) => {
    if (['authorizing', 'opening', 'waiting'].includes(after.name)) expect(hasTimer).toBe(true)
  })
})

test('only stableAfter without a drop, or reconnect, resets the retry count', () => {
  walk(({ before, after, event }) => {
    const isProof = event.type === 'timed-out' && before.name === 'open'
    if (isProof || event.type === 'reconnect' || !('progress' in before) || !('progress' in after)) return
    expect(after.progress.retryCount).toBeGreaterThanOrEqual(before.progress.retryCount)
  })
})

test('a retry happens within [floor, max(2 × floor, cap)], and never beyond maxRetries', () => {
  walk(({ before, after, event, world, armed }) => {
    if (after.name !== 'waiting' || before.name === 'waiting' || before.name === 'paused') return
    const floor = event.type === 'failed' ? (event.decision.floor ?? 0) : 0
    expect(armed[0]).toBeGreaterThanOrEqual(floor)
    expect(armed[0]).toBeLessThanOrEqual(Math.max(2 * floor, world.times.maxDelay))
    expect(after.until).toBe(world.now + (armed[0] ?? NaN))
    expect(after.progress.retryCount).toBeLessThanOrEqual(world.times.maxRetries)
  })
})

test('nothing opens while paused, unless it was already opening', () => {
  walk(({ before, after, world }) => {
    if (world.pausedBy.size === 0 || before.name === 'authorizing') return
    expect(after.name).not.toBe('authorizing')
  })
})

test('an attempt ends before a new one begins, and whenever the connection stops trying', () => {
  walk(({ before, after, event, world }) => {
    const wasTrying = ['authorizing', 'opening', 'open'].includes(before.name)
    const types = transition(before, event, world).effects.map(({ type }) => type)
    const isTrying = ['authorizing', 'opening', 'open'].includes(after.name)
    if (wasTrying && !isTrying) expect(types[0]).toBe('end-attempt')
    if (types.includes('authorize')) expect(types[0]).toBe('end-attempt')
  })
})
