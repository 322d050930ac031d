import { describe, expect, test } from 'vitest'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { ConnectionHarness } from '../support/connectionHarness.ts'

const numbered: Recovery = { cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }) }

describe('with `resumed` by response headers, a response that says no', () => {
  /** A long poll, which opens once it has been held, and then gets responses. `sent`: the position of the transport. */
  async function open() {
    const recovery: Recovery = { ...numbered, resumed: ({ headers, sent }) => headers.get('from') === sent }
    const harness = new ConnectionHarness({ recovery })
    let sent: string | undefined
    Object.assign(harness.transport, { cursor: () => sent })
    await harness.open()
    function respond(next: string, seq: number) {
      harness.transport.last.sink.onAnswer({ status: 200, headers: new Headers(), retryAfter: undefined })
      harness.receive({ type: 'news', response: seq, seq })
      sent = next
      harness.clock.advance(10_000)
    }
    return { harness, respond }
  }

  test('is not a gap if it is the first, and its request was held and had no position', async () => {
    const { harness, respond } = await open()
    respond('a', 1)
    expect(harness.gaps).toEqual([])
  })

  test('is a gap if it is a later one, and its numbers are not compared with those before', async () => {
    const { harness, respond } = await open()
    respond('a', 7)
    respond('b', 3)
    expect(harness.gaps).toEqual(['refused'])
    expect(harness.messages.map(({ response }) => response)).toEqual([7, 3])
  })
})

test.each<[string, Recovery['attach'], unknown[]]>([
  ['a gap if its request carried no position', request => request, ['reconnect']],
  ['no gap if its request carried one', request => ({ ...request, url: `${request.url}?after=5` }), []],
  ['no gap if the protocol sends the position', undefined, []],
])('with `resumed: true`, a reopening is %s', async (what, attach, gaps) => {
  const recovery: Recovery = { ...numbered, resumed: true, ...(attach && { attach }) }
  const harness = await new ConnectionHarness({ recovery }).open()
  harness.receive({ type: 'news', seq: 5 })
  await harness.failAndReopen()
  harness.clock.advance(10_000)
  expect(harness.gaps, what).toEqual(gaps)
})
