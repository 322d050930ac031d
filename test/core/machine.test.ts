import { describe, expect, test } from 'vitest'
import type { Failure, FailureDecision } from '../../src/core/failure.ts'
import type { Event, Progress, State, World } from '../../src/core/connectionState.ts'
import { transition } from '../../src/core/machine.ts'
import { DEFAULT_RECONNECT } from '../../src/providers/options.ts'

const NOW = 1_000_000
const progress: Progress = {
  retryCount: 3,
  hasOpened: true,
  earlyFailures: 0,
  isRejected: false,
  hasDroppedCursor: false,
  downSince: NOW - 60_000,
  error: null,
}
const error = new Error('refused') as never

const world: World = {
  now: NOW,
  random: 0.5,
  pausedBy: new Set(),
  times: DEFAULT_RECONNECT,
}
const hidden: World = { ...world, pausedBy: new Set(['hidden']) }

const states = {
  idle: { name: 'idle' },
  authorizing: { name: 'authorizing', progress, reason: 'connect' },
  opening: { name: 'opening', progress, token: 'given' },
  open: { name: 'open', progress, token: 'given' },
  waiting: { name: 'waiting', progress, reason: 'connect', until: NOW, notBefore: NOW },
  paused: { name: 'paused', progress, by: new Set(['hidden']), reason: 'connect', notBefore: 0 },
  closed: { name: 'closed' },
  failed: { name: 'failed', error },
} satisfies { [Name in State['name']]: State & { name: Name } }

const events = {
  start: { type: 'start' },
  stop: { type: 'stop' },
  close: { type: 'close' },
  reconnect: { type: 'reconnect' },
  'pause-changed': { type: 'pause-changed' },
  authorized: { type: 'authorized', token: 'given' },
  opened: { type: 'opened' },
  'timed-out': { type: 'timed-out' },
  hint: { type: 'hint' },
  failed: { type: 'failed', failure: { kind: 'network' }, decision: { action: 'retry' } },
} satisfies { [Type in Event['type']]: Event & { type: Type } }

/** Nothing happens: it is the same state object. */
const same = 'same'
const begin = 'authorizing: end-attempt, start-timer, authorize'
const retry = 'waiting: end-attempt, start-timer'
const idle = 'idle: end-attempt'
const close = 'closed: end-attempt'

/** Every event in every state of a connection that nothing pauses: the next state and its effects. */
const table = {
  idle: {
    start: begin,
    stop: same,
    close: same,
    reconnect: same,
    'pause-changed': same,
    authorized: same,
    opened: same,
    'timed-out': same,
    hint: same,
    failed: same,
  },
  authorizing: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': same,
    authorized: 'opening: start-timer, open',
    opened: same,
    'timed-out': retry,
    hint: same,
    failed: retry,
  },
  opening: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': same,
    authorized: same,
    opened: 'open: start-timer, begin-sending',
    'timed-out': retry,
    hint: same,
    failed: retry,
  },
  open: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': same,
    authorized: same,
    opened: same,
    'timed-out': 'open: ',
    hint: 'open: check-now',
    failed: retry,
  },
  waiting: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': same,
    authorized: same,
    opened: same,
    'timed-out': begin,
    hint: begin,
    failed: same,
  },
  paused: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': begin,
    authorized: same,
    opened: same,
    'timed-out': same,
    hint: same,
    failed: same,
  },
  closed: {
    start: same,
    stop: idle,
    close: same,
    reconnect: begin,
    'pause-changed': same,
    authorized: same,
    opened: same,
    'timed-out': same,
    hint: same,
    failed: same,
  },
  failed: {
    start: same,
    stop: idle,
    close,
    reconnect: begin,
    'pause-changed': same,
    authorized: same,
    opened: same,
    'timed-out': same,
    hint: same,
    failed: same,
  },
} satisfies Record<State['name'], Record<Event['type'], string>>

/** What leads to `paused` instead, if something pauses the connection. */
const paused = 'paused: end-attempt'
const pausing = {
  idle: { start: paused },
  authorizing: { 'pause-changed': paused, reconnect: paused },
  opening: { 'pause-changed': paused, reconnect: paused },
  open: { 'pause-changed': paused, reconnect: paused },
  waiting: { 'pause-changed': paused, reconnect: paused, 'timed-out': paused, hint: paused },
  paused: { 'pause-changed': paused, reconnect: paused },
  closed: { reconnect: paused },
  failed: { reconnect: paused },
} satisfies Record<State['name'], Partial<Record<Event['type'], string>>>

function summary(state: State, event: Event, inWorld: World): string {
  const next = transition(state, event, inWorld)
  if (next.state === state && next.effects.length === 0) return same
  return `${next.state.name}: ${next.effects.map(({ type }) => type).join(', ')}`
}

const names = Object.keys(states) as State['name'][]
const types = Object.keys(events) as Event['type'][]
const cells = names.flatMap(name => types.map(type => ({ name, type })))

describe('the machine handles', () => {
  test.each(cells)('$type in $name', ({ name, type }) => {
    expect(summary(states[name], events[type], world)).toBe(table[name][type])
  })

  test.each(cells)('$type in $name while something pauses it', ({ name, type }) => {
    const exceptions: Partial<Record<Event['type'], string>> = pausing[name]
    expect(summary(states[name], events[type], hidden)).toBe(exceptions[type] ?? table[name][type])
  })
})

const fail = (
  action: FailureDecision['action'],
  more: { failure?: Failure; floor?: number } = {},
): Event => ({
  type: 'failed',
  failure: more.failure ?? { kind: 'close', code: 1006, opened: false },
  decision: { action, ...(more.floor === undefined ? {} : { floor: more.floor }) },
})
const next = (state: State, event: Event, inWorld = world) => transition(state, event, inWorld)

describe('a failed attempt', () => {
  test('ends as the decision says', () => {
    expect(next(states.open, fail('end')).state.name).toBe('closed')
    expect(next(states.open, fail('stop')).state).toMatchObject({
      name: 'failed',
      error: { name: 'ConnectionFailedError' },
    })
    expect(next(states.open, fail('retry')).state).toMatchObject({ name: 'waiting', reason: 'connect' })
    expect(next(states.open, fail('refresh')).state).toMatchObject({ name: 'waiting', reason: 'refused' })
  })

  test('drops the cursor after its attempt has ended and before the next is scheduled', () => {
    const { state, effects } = next(states.open, fail('drop-cursor'))
    expect(state.name).toBe('waiting')
    expect(effects.map(({ type }) => type)).toEqual(['end-attempt', 'drop-cursor', 'start-timer'])
  })

  test('that drops the cursor once is permanent the second time, until the connection has been stable', () => {
    const once: Event = {
      type: 'failed',
      failure: { kind: 'status', status: 400, hadCursor: true },
      decision: { action: 'drop-cursor', isOnce: true },
    }
    const { state } = next(states.opening, once)
    if (state.name !== 'waiting') throw new Error(state.name)
    expect(next({ ...states.opening, progress: state.progress }, once).state).toMatchObject({
      name: 'failed',
      error: { status: 400 },
    })
    const { state: stable } = next({ ...states.open, progress: state.progress }, events['timed-out'])
    expect(next(stable, once).state.name).toBe('waiting')
    // A 409 says that the position is gone, and may say so as often as that is true.
    const again = next({ ...states.opening, progress: state.progress }, fail('drop-cursor'))
    expect(again.state.name).toBe('waiting')
  })

  test('counts one retry and shows its error until the connection is open again', () => {
    const { state } = next(states.opening, fail('retry'))
    expect(state).toMatchObject({ progress: { retryCount: 4, error: { code: 'connection-failed' } } })
    const again = next(
      { ...states.opening, progress: (state as { progress: Progress }).progress },
      events.opened,
    )
    expect(again.state).toMatchObject({ name: 'open', progress: { retryCount: 4, error: null } })
  })

  const waitAfter = (floor: number, random: number, state: State = states.open) => {
    const { state: waiting } = next(state, fail('retry', { floor }), { ...world, random })
    if (waiting.name !== 'waiting') throw new Error(waiting.name)
    return { delay: waiting.until - NOW, notBefore: waiting.notBefore - NOW }
  }

  test('waits a random share of the step', () => {
    const { state, effects } = next(states.open, fail('retry'))
    expect(state).toMatchObject({ until: NOW + 4_000, notBefore: NOW })
    expect(effects.at(-1)).toEqual({ type: 'start-timer', delay: 0.5 * 1_000 * 2 ** 3 })
  })

  test('waits for a floor plus jitter of the same size, so that no two clients return together', () => {
    for (const random of [0, 0.25, 0.999]) {
      const jittered = 60_000 * (1 + random)
      expect(waitAfter(60_000, random)).toEqual({ delay: jittered, notBefore: jittered })
    }
  })

  test('spreads its wait between a small floor and the step', () => {
    expect(waitAfter(250, 0)).toEqual({ delay: 250, notBefore: 250 })
    expect(waitAfter(250, 0.5)).toEqual({ delay: 250 + 0.5 * (8_000 - 250), notBefore: 375 })
  })

  test.each([
    [0, 2_000],
    [4_000, 2_000],
    [10_000, 5_000],
    [35_000, 17_500],
    [40_000, 20_000],
    [1_000_000, 20_000],
  ])(
    'after an outage of %i ms waits at most %i ms: half the outage, at least 2 s, up to maxDelay',
    (outage, longest) => {
      const unlucky = { ...world, random: 0.999 }
      const state = { ...states.open, progress: { ...progress, retryCount: 50, downSince: NOW - outage } }
      const { state: waiting } = next(state, fail('retry'), unlucky)
      if (waiting.name !== 'waiting') throw new Error(waiting.name)
      expect((waiting.until - NOW) / longest).toBeCloseTo(0.999)
    },
  )

  test('never waits less than minDelay allows because the outage is short', () => {
    const slow = { ...world, random: 0.999, times: { ...world.times, minDelay: 5_000 } }
    expect(
      next({ ...states.open, progress: { ...progress, downSince: null } }, fail('retry'), slow).state,
    ).toMatchObject({
      until: NOW + 0.999 * 5_000,
    })
  })

  test('is the last one when maxRetries are used up', () => {
    const limited = { ...world, times: { ...world.times, maxRetries: 3 } }
    const { state } = next(states.open, fail('retry'), limited)
    expect(state).toMatchObject({
      name: 'failed',
      error: { message: expect.stringMatching(/after 3 retries/) },
    })
    const fewer = { ...states.open, progress: { ...progress, retryCount: 2 } }
    expect(next(fewer, fail('retry'), limited).state.name).toBe('waiting')
  })

  test('can be one that timed out', () => {
    for (const state of [states.authorizing, states.opening]) {
      expect(next(state, events['timed-out']).state).toMatchObject({
        name: 'waiting',
        progress: { retryCount: 4, error: { failureKind: 'timeout' } },
      })
    }
  })
})

describe('a refused token', () => {
  const refreshed = { ...states.open, token: 'refreshed' } as const

  test('that a refusal had refreshed is the second one: the connection fails', () => {
    const expected = { name: 'failed', error: { name: 'UnauthorizedError' } }
    expect(next(refreshed, fail('refresh')).state).toMatchObject(expected)
    expect(next({ ...states.opening, token: 'refreshed' }, fail('refresh')).state).toMatchObject(expected)
  })

  test('is still the second one if other attempts failed or opened in between', () => {
    const { state } = next(states.open, fail('refresh'))
    if (state.name !== 'waiting') throw new Error(state.name)
    expect(state.progress.isRejected).toBe(true)
    const { state: reopened } = next({ ...states.opening, progress: state.progress }, events.opened)
    expect(next(reopened, fail('refresh')).state.name).toBe('failed')
    const { state: lost } = next(reopened, fail('retry'))
    if (lost.name !== 'waiting') throw new Error(lost.name)
    expect(next({ ...states.opening, progress: lost.progress }, fail('refresh')).state.name).toBe('failed')
  })

  test('that another connection had replaced is a first one, too', () => {
    const authorizing: State = {
      name: 'authorizing',
      progress: { ...progress, isRejected: true },
      reason: 'refused',
    }
    const { state: replaced } = next(authorizing, events.authorized)
    expect(next(replaced, fail('refresh')).state).toMatchObject({ name: 'waiting', reason: 'refused' })
    const { state: fresh } = next(authorizing, { type: 'authorized', token: 'refreshed' })
    expect(next(fresh, fail('refresh')).state.name).toBe('failed')
  })

  test('may have been fetched while the connection was opening', () => {
    const { state } = next(states.opening, { type: 'authorized', token: 'refreshed' })
    expect(next(state, fail('refresh')).state.name).toBe('failed')
  })

  test('is a first one again after stableAfter without a drop', () => {
    const { state } = next({ ...refreshed, progress: { ...progress, isRejected: true } }, events['timed-out'])
    expect(state).toMatchObject({ name: 'open', token: 'given', progress: { isRejected: false } })
    expect(next(state, fail('refresh')).state).toMatchObject({ name: 'waiting', reason: 'refused' })
  })

  test('that is refused again is reported with its code, even if no token was sent', () => {
    const refused = { ...progress, isRejected: true }
    const close = fail('refresh', { failure: { kind: 'close', code: 4401, opened: true } })
    const status = fail('refresh', { failure: { kind: 'status', status: 401 } })
    const messageOf = (state: State, event: Event) =>
      (next(state, event).state as State & { name: 'failed' }).error.message
    expect(messageOf({ ...states.open, progress: refused }, close)).toMatch(/refused the token.*4401/)
    expect(messageOf({ ...states.opening, progress: refused, token: 'none' }, status)).toMatch(
      /none was sent.*401/,
    )
  })

  test('is replaced, with its reason, when the wait is over', () => {
    const { state } = next(states.open, fail('refresh'))
    expect(next(state, events['timed-out']).effects).toContainEqual({ type: 'authorize', reason: 'refused' })
    expect(next(state, events.hint).effects).toContainEqual({ type: 'authorize', reason: 'refused' })
  })

  test('may hide behind two failures before open: one new token is requested, then the back-off continues', () => {
    const reasons: string[] = []
    let early: State = states.opening
    for (let failures = 0; failures < 5; failures++) {
      const { state } = next(early, fail('retry'))
      if (state.name !== 'waiting') throw new Error(state.name)
      reasons.push(state.reason)
      early = { ...states.opening, progress: state.progress }
    }
    expect(reasons).toEqual(['connect', 'refused', 'connect', 'connect', 'connect'])
  })

  test('is not suspected without a token, after open, or with an HTTP status', () => {
    const once = { ...progress, earlyFailures: 1 }
    const reasonAfter = (state: State, event: Event) =>
      (next(state, event).state as { reason: string }).reason
    expect(reasonAfter({ ...states.opening, progress: once, token: 'none' }, fail('retry'))).toBe('connect')
    expect(reasonAfter({ ...states.open, progress: once }, fail('retry'))).toBe('connect')
    const unavailable = fail('retry', { failure: { kind: 'status', status: 503 } })
    expect(reasonAfter({ ...states.opening, progress: once }, unavailable)).toBe('connect')
  })
})

describe('the retry count', () => {
  test('is not reset by open alone', () => {
    expect(next(states.opening, events.opened).state).toMatchObject({ progress: { retryCount: 3 } })
  })

  test('is reset by stableAfter without a drop, with everything else left by earlier drops', () => {
    const worn = { ...progress, earlyFailures: 2, isRejected: true, hasDroppedCursor: true }
    expect(next({ ...states.open, progress: worn }, events['timed-out']).state).toMatchObject({
      progress: {
        retryCount: 0,
        earlyFailures: 0,
        isRejected: false,
        hasDroppedCursor: false,
        downSince: null,
      },
    })
  })

  test('is cleared by reconnect along with the error, but not that it was open', () => {
    const { state } = next(states.waiting, events.reconnect)
    expect(state).toMatchObject({
      progress: { retryCount: 0, earlyFailures: 0, downSince: null, error: null, hasOpened: true },
    })
    expect(next(states.failed, events.reconnect).state).toMatchObject({ progress: { hasOpened: false } })
  })
})

describe('a pause', () => {
  test('keeps the progress and continues with it; the paused time is not part of the outage', () => {
    const { state } = next(states.open, events['pause-changed'], hidden)
    expect(state).toMatchObject({ name: 'paused', by: hidden.pausedBy, progress })
    expect(next(state, events['pause-changed']).state).toMatchObject({
      name: 'authorizing',
      progress: { ...progress, downSince: null },
    })
  })

  test('continues until the last reason ends', () => {
    const two: World = { ...world, pausedBy: new Set(['hidden', 'frozen']) }
    const { state } = next(states.paused, events['pause-changed'], two)
    expect(state).toMatchObject({ name: 'paused', by: new Set(['hidden', 'frozen']) })
    expect(next(state, events['pause-changed'], hidden).state.name).toBe('paused')
  })

  test('does not shorten the wait that the server requested', () => {
    const { state: waiting } = next(states.open, fail('retry', { floor: 60_000 }))
    const { state: asleep } = next(waiting, events['pause-changed'], hidden)
    const early = next(asleep, events['pause-changed'], { ...world, now: NOW + 20_000 })
    expect(early.state).toMatchObject({ name: 'waiting', until: NOW + 90_000, notBefore: NOW + 90_000 })
    expect(early.effects).toContainEqual({ type: 'start-timer', delay: 70_000 })
    const late = next(asleep, events['pause-changed'], { ...world, now: NOW + 90_000 })
    expect(late.state.name).toBe('authorizing')
  })

  test('does not forget that the token was refused', () => {
    const { state: waiting } = next(states.open, fail('refresh'))
    const { state: asleep } = next(waiting, events['pause-changed'], hidden)
    expect(next(asleep, events['pause-changed']).effects).toContainEqual({
      type: 'authorize',
      reason: 'refused',
    })
  })
})

describe('a hint', () => {
  test('ends a wait at once, but not before the floor', () => {
    const waiting = { ...states.waiting, until: NOW + 9_000, notBefore: NOW + 5_000 }
    expect(summary(waiting, events.hint, { ...world, now: NOW + 4_999 })).toBe(same)
    expect(summary(waiting, events.hint, { ...world, now: NOW + 5_000 })).toBe(begin)
  })
})
