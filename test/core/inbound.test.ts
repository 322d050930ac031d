import { expect, test } from 'vitest'
import type { ConnectionSetup } from '../../src/core/connectionSetup.ts'
import type { GapCause } from '../../src/core/events.ts'
import { Inbound } from '../../src/core/inbound.ts'
import type { Recovery } from '../../src/core/recovery.ts'

const recovery: Recovery = {
  cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
  attach: request => request,
  resumed: ({ type }) => (type === 'welcome' ? false : undefined),
}

test('"not resumed" on the first opening is no gap, and on the next one it is', () => {
  const gaps: GapCause[] = []
  const clock = {
    now: () => 0,
    setTimeout: (callback: () => void) => (callback(), 0),
    clearTimeout: () => {},
  }
  const setup = {
    clock,
    random: () => 0,
    options: () => ({ recovery, maxMessageBytes: 1_000 }),
    deliver: () => {},
    gap: (cause: GapCause) => gaps.push(cause),
  }
  const inbound = new Inbound(setup as unknown as ConnectionSetup, {
    channel: undefined,
    replied: () => {},
    outage: () => 0,
    ended: () => {},
  })
  const open = () => {
    inbound.opened({ resumed: false })
    inbound.receive(JSON.stringify({ type: 'welcome', params: null, response: null }), {})
    inbound.receive(JSON.stringify({ type: 'price', params: null, response: 1, seq: 1 }), {})
  }
  open()
  expect(gaps).toEqual([])
  open()
  expect(gaps).toEqual(['refused'])
})
