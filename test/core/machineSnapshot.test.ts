import { expect, test } from 'vitest'
import { RealtimeError } from '../../src/core/errors.ts'
import type { Progress, State } from '../../src/core/connectionState.ts'
import { readSnapshot } from '../../src/core/connection.ts'
import { IDLE_SNAPSHOT, type Status } from '../../src/core/machine.ts'

const error = new RealtimeError('connection-failed', 'down')
const fresh: Progress = {
  retryCount: 2,
  hasOpened: false,
  earlyFailures: 0,
  isRejected: false,
  hasDroppedCursor: false,
  downSince: 0,
  error,
}
const wasOpen: Progress = { ...fresh, hasOpened: true }
const by = new Set(['hidden'] as const)

/** The status for each state, before it has been open and after. */
const words = {
  idle: [{ name: 'idle' }, 'idle', 'idle'],
  authorizing: [{ name: 'authorizing', progress: fresh, reason: 'connect' }, 'connecting', 'reconnecting'],
  opening: [{ name: 'opening', progress: fresh, token: 'none' }, 'connecting', 'reconnecting'],
  open: [{ name: 'open', progress: fresh, token: 'none' }, 'open', 'open'],
  waiting: [
    { name: 'waiting', progress: fresh, reason: 'connect', until: 9, notBefore: 0 },
    'connecting',
    'reconnecting',
  ],
  paused: [{ name: 'paused', progress: fresh, by, reason: 'connect', notBefore: 0 }, 'paused', 'paused'],
  closed: [{ name: 'closed' }, 'closed', 'closed'],
  failed: [{ name: 'failed', error }, 'failed', 'failed'],
} satisfies { [Name in State['name']]: [State & { name: Name }, Status, Status] }

test.each(Object.entries(words))('the state %s has one status', (_name, [state, first, later]) => {
  expect(readSnapshot(state, null).status).toBe(first)
  const again = 'progress' in state ? { ...state, progress: wasOpen } : state
  expect(readSnapshot(again, null).status).toBe(later)
})

test('a connection that failed, or that retries, shows its error', () => {
  expect(readSnapshot(words.failed[0], null).error).toBe(error)
  expect(readSnapshot(words.waiting[0], null)).toMatchObject({ error, retryCount: 2, nextRetryAt: 9 })
  expect(readSnapshot(words.closed[0], null).error).toBeNull()
})

test('the reasons of a pause are shown while it lasts', () => {
  expect(readSnapshot(words.paused[0], null).pausedBy).toBe(by)
  expect(readSnapshot(words.open[0], null).pausedBy.size).toBe(0)
})

test('a latency is shown only while the connection is open', () => {
  expect(readSnapshot(words.open[0], 40).latency).toBe(40)
  expect(readSnapshot(words.waiting[0], 40).latency).toBeNull()
})

test('a connection that does not exist looks idle', () => {
  expect(readSnapshot({ name: 'idle' }, null)).toEqual(IDLE_SNAPSHOT)
})
