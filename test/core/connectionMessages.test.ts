import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ConnectionDriverOptions } from '../../src/core/connectionPorts.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import type { Failure } from '../../src/core/failure.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'

const recovery: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
  attach: (request, cursor) => ({ ...request, url: `${request.url}?after=${JSON.stringify(cursor)}` }),
  resumed: ({ type, response }) => (type === 'resume' ? (response as boolean) : undefined),
}
const at = (seq: number, epoch = 'e') => ({ type: 'news', response: seq, epoch, seq })

describe('recovery.rememberedFor', () => {
  const forgetful = { ...recovery, rememberedFor: 10_000 }

  test('ignores silence from before it was set', async () => {
    const harness = await new ConnectionHarness({ recovery: forgetful }).open()
    harness.receive(at(1))
    harness.configure({ recovery })
    harness.clock.advance(60_000)
    harness.configure({ recovery: forgetful })
    harness.receive(at(2))
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual([])
  })

  test('counts from the last stable connection: one that broke off at once may not have delivered what was missed', async () => {
    const harness = await new ConnectionHarness({
      recovery: { ...recovery, rememberedFor: 10_000, resumed: true },
      gapSpread: 1,
    }).open()
    harness.receive(at(1))
    const reopenAfter = async (ms: number) => {
      harness.transport.last.sink.onFailure({ kind: 'network' })
      harness.clock.advance(ms)
      await settle()
      harness.transport.last.sink.onActivity()
      harness.transport.last.sink.onOpen({ resumed: false })
      harness.clock.advance(1)
    }
    await reopenAfter(6_000)
    expect(harness.gaps).toEqual([])
    await reopenAfter(6_000)
    expect(harness.gaps).toEqual(['forgotten'])
    // After a stable connection, only the time since then counts.
    harness.clock.advance(5_000)
    harness.receive(at(2))
    await reopenAfter(6_000)
    expect(harness.gaps).toEqual(['forgotten'])
  })

  test('after too long a silence, with a reopening that did not resume, is one round, which waits for the opening', async () => {
    const harness = await new ConnectionHarness({ recovery: { rememberedFor: 10_000 }, gapSpread: 1 }).open()
    harness.receive(at(1))
    harness.transport.last.sink.onFailure({ kind: 'network' })
    harness.clock.advance(20_000)
    await settle()
    // A part of the server's greeting.
    harness.transport.last.sink.onActivity()
    harness.clock.advance(10)
    expect(harness.gaps).toEqual([])
    harness.transport.last.sink.onOpen({ resumed: false })
    harness.clock.advance(10)
    harness.receive(at(2))
    harness.clock.advance(10)
    expect(harness.gaps).toEqual(['forgotten'])
  })
})

describe('a gap', () => {
  test('does not follow the first open', async () => {
    const { clock, gaps } = await new ConnectionHarness().open()
    clock.advance(60_000)
    expect(gaps).toEqual([])
  })

  test('follows each reopening without a position, once, within a second', async () => {
    const harness = await new ConnectionHarness().open()
    for (let count = 1; count <= 3; count++) {
      await harness.failAndReopen()
      expect(harness.gaps).toHaveLength(count - 1)
      harness.clock.advance(1_000)
      expect(harness.gaps).toHaveLength(count)
    }
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual(['reconnect', 'reconnect', 'reconnect'])
  })

  test('does not follow a reopening that the transport resumed', async () => {
    const harness = await new ConnectionHarness().open()
    await harness.failAndReopen(undefined, { resumed: true })
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual([])
  })

  test('with several causes in one reopening is one round of refetches (W31)', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    harness.receive({ type: 'resume', response: false })
    harness.receive(at(1, 'f'))
    harness.receive(at(9, 'f'))
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual(['refused'])
  })

  test('for a cursor that the server dropped is reported once, when the connection is open again, and not before', async () => {
    const harness = await new ConnectionHarness().open({ resumed: true })
    harness.transport.last.sink.onFailure({ kind: 'status', status: 410, retryAfter: 30_000 })
    expect(harness.transport.droppedCursors).toBe(1)
    harness.clock.advance(45_000)
    expect(harness.gaps).toEqual([])
    await settle()
    harness.transport.last.sink.onOpen({ resumed: false })
    harness.clock.advance(5_000)
    expect(harness.gaps).toEqual(['cursor-lost'])
    await harness.failAndReopen(undefined, { resumed: true })
    harness.clock.advance(1_000)
    expect(harness.gaps).toEqual(['cursor-lost'])
  })

  test.each([
    [0, 1_000],
    [1_000, 1_000],
    [6_000, 3_000],
    [60_000, 5_000],
  ])(
    'after an outage of %i ms is spread over %i ms: half the outage, between 1 and 5 s',
    async (outage, spread) => {
      const harness = await new ConnectionHarness({ times: oneRetryAfter(outage) }).open()
      await harness.failAndReopen()
      // `random` is 0.5.
      harness.clock.advance(spread / 2 - 1)
      expect(harness.gaps).toEqual([])
      harness.clock.advance(1)
      expect(harness.gaps).toEqual(['reconnect'])
    },
  )

  test('on a stable connection is spread over one second, however long an earlier outage was', async () => {
    const harness = await new ConnectionHarness({ recovery, times: oneRetryAfter(60_000) }).open()
    await harness.failAndReopen(undefined, { resumed: true })
    harness.clock.advance(5_000)
    harness.receive(at(5))
    harness.receive(at(9))
    harness.clock.advance(500)
    expect(harness.gaps).toEqual(['sequence'])
  })

  test('is spread as gapSpread says, which receives the cause and the length of the outage', async () => {
    const harness = await new ConnectionHarness({ times: oneRetryAfter(6_000) }).open()
    const asked: unknown[] = []
    harness.configure({
      gapSpread: (cause, outage) => {
        asked.push(cause, outage)
        return 20_000
      },
    })
    await harness.failAndReopen()
    harness.clock.advance(9_999)
    expect(harness.gaps).toEqual([])
    harness.clock.advance(1)
    expect(harness.gaps).toEqual(['reconnect'])
    expect(asked).toEqual(['reconnect', 6_000])
  })

  test('that is scheduled is cancelled when the connection ends', async () => {
    const harness = await new ConnectionHarness().open()
    await harness.failAndReopen()
    harness.connection.dispose()
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual([])
  })
})

/** A back-off whose first wait is this long (ms), because `random` is 0.5. */
function oneRetryAfter(delay: number) {
  const { times } = new ConnectionHarness().connection.options
  return { ...times, minDelay: 2 * delay, maxDelay: 2 * delay }
}

describe('a position that recovery.attach has sent', () => {
  const refusal: Failure = { kind: 'status', status: 400, hadCursor: false }
  const positions = ({ transport }: ConnectionHarness) =>
    transport.attempts.map(({ request }) => new URL(request.url).searchParams.get('after'))

  test('is dropped when the server responds with 400, which is a gap; the next attempt goes without it', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    await harness.failAndReopen(refusal)
    harness.clock.advance(60_000)
    expect(positions(harness)).toEqual([null, '{"epoch":"e","seq":5}', null])
    expect(harness.gaps).toContain('cursor-lost')
    expect(harness.status).toBe('open')
  })

  test('is dropped only once: a second 400 before the connection was stable is permanent', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    await harness.failAndReopen(refusal)
    harness.receive(at(6))
    await harness.failAndReopen()
    harness.transport.last.sink.onFailure(refusal)
    expect(harness.connection.snapshot).toMatchObject({ status: 'failed', error: { status: 400 } })
  })

  test('is not blamed for a 400 to a request without it', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.transport.last.sink.onFailure(refusal)
    expect(harness.status).toBe('failed')
  })

  test.each([400, 409, 410])('from cached data is not sent again after a %i', async status => {
    const harness = new ConnectionHarness({ recovery })
    harness.sink.resumePosition = () => ({ epoch: 'e', seq: 3 })
    harness.connection.start()
    await settle()
    await harness.failAndReopen({ kind: 'status', status })
    harness.clock.advance(60_000)
    expect(positions(harness)).toEqual(['{"epoch":"e","seq":3}', null])
    expect(harness.gaps).toEqual(['cursor-lost'])
  })

  test('is dropped with a gap when reconnect.decide says so', async () => {
    const harness = await new ConnectionHarness({ recovery, decide: () => 'drop-cursor' }).open()
    harness.receive(at(5))
    await harness.failAndReopen({ kind: 'status', status: 422 })
    harness.clock.advance(60_000)
    expect(positions(harness)).toEqual([null, null])
    expect(harness.gaps).toEqual(['cursor-lost'])
  })
})

describe('with recovery', () => {
  test('the position is sent on reopening, but not on the first opening', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    expect(harness.transport.last.request.url).toBe('ws://host/')
    harness.receive(at(5))
    await harness.failAndReopen()
    expect(harness.transport.last.request.url).toBe('ws://host/?after={"epoch":"e","seq":5}')
  })

  test('a resumed connection gets missed messages in order, drops duplicates and has no gap', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    harness.receive({ type: 'resume', response: true })
    harness.receive([at(4), at(5), at(6), at(7)])
    harness.receive(at(7))
    harness.clock.advance(60_000)
    expect(harness.messages.map(({ response }) => response)).toEqual([5, 6, 7])
    expect(harness.gaps).toEqual([])
  })

  test('with `resumed: true` a reopening is no gap, but a skipped number is', async () => {
    const harness = await new ConnectionHarness({ recovery: { ...recovery, resumed: true } }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    harness.receive(at(6))
    harness.clock.advance(60_000)
    expect(harness.gaps).toEqual([])
    await harness.failAndReopen()
    harness.receive(at(8))
    harness.clock.advance(60_000)
    expect([harness.gaps, harness.messages.length]).toEqual([['sequence'], 3])
  })

  test('a refused resumption is one gap', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    await harness.failAndReopen()
    harness.receive({ type: 'resume', response: false })
    harness.clock.advance(1_000)
    expect(harness.gaps).toEqual(['refused'])
  })

  test('but without a position, a reopening is a gap (W32)', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    await harness.failAndReopen()
    harness.clock.advance(1_000)
    expect(harness.gaps).toEqual(['reconnect'])
  })

  test('a jump on a live connection is a gap, and the message is delivered', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(5))
    harness.receive(at(8))
    harness.clock.advance(1_000)
    expect([harness.gaps, harness.messages.length]).toEqual([['sequence'], 2])
  })
})

describe('with cached data that has a position', () => {
  async function begin() {
    const harness = new ConnectionHarness({ recovery })
    harness.sink.resumePosition = () => ({ epoch: 'e', seq: 7 })
    await harness.open()
    return {
      harness,
      messages: harness.messages,
      gaps: harness.gaps,
      url: () => harness.transport.last.request.url,
    }
  }

  test('the stream starts there, and messages that the data already contains are not delivered', async () => {
    const { harness, url, messages, gaps } = await begin()
    expect(url()).toContain('"seq":7')
    harness.receive(at(7))
    harness.receive(at(8))
    harness.clock.advance(60_000)
    expect([messages.map(({ seq }) => seq), gaps]).toEqual([[8], []])
  })

  test('and a server that no longer knows it, there is a gap', async () => {
    const { harness, gaps } = await begin()
    harness.receive({ type: 'resume', response: false })
    harness.clock.advance(1_000)
    expect(gaps).toEqual(['refused'])
  })

  test('a reopening resumes where the stream was cut off; before any message it is a gap, because other data may lack something', async () => {
    const { harness, gaps, url } = await begin()
    harness.receive(at(8))
    await harness.failAndReopen()
    expect(url()).toContain('"seq":8')
    const bare = new ConnectionHarness({ recovery: { ...recovery, cursor: () => undefined } })
    await bare.open()
    bare.sink.resumePosition = () => ({ epoch: 'e', seq: 7 })
    await bare.failAndReopen()
    bare.clock.advance(1_000)
    expect([gaps, bare.gaps, bare.transport.last.request.url]).toEqual([[], ['reconnect'], 'ws://host/'])
  })

  test('each opening without a gap is reported, as is the position from which the stream is followed, once known', async () => {
    const harness = new ConnectionHarness({ recovery })
    const begun: unknown[] = []
    harness.sink.onOpen = () => void begun.push('opened')
    harness.sink.onPositionKnown = since => void begun.push(since)
    await harness.open()
    harness.receive({ type: 'resume', response: true, epoch: 'e', seq: 4 })
    harness.receive(at(5))
    await harness.failAndReopen()
    harness.receive(at(6))
    expect(begun).toEqual(['opened', { epoch: 'e', seq: 4 }, 'opened'])
  })
})

describe('a heartbeat', () => {
  const heartbeat = {
    interval: 25_000,
    timeout: 10_000,
    message: { type: 'ping' },
    isReply: ({ type }: { type: string }) => type === 'ping',
  }

  test('is sent every interval; its reply gives the latency and is not delivered as a message', async () => {
    const harness = await new ConnectionHarness({ heartbeat }).open()
    harness.clock.advance(25_000)
    expect(harness.transport.last.sent).toEqual(['{"type":"ping"}'])
    harness.clock.advance(42)
    harness.receive({ type: 'ping' })
    expect(harness.connection.snapshot.latency).toBe(42)
    expect(harness.messages).toEqual([])
  })

  test('without a reply ends the attempt at once, without waiting for its close, and a new one starts', async () => {
    const harness = await new ConnectionHarness({ heartbeat }).open()
    const dead = harness.transport.last
    harness.clock.advance(35_000)
    expect([dead.isClosed, harness.status]).toEqual([true, 'reconnecting'])
    expect(harness.connection.snapshot.error).toMatchObject({ failureKind: 'silence' })
    harness.clock.advance(250)
    await settle()
    expect(harness.transport.running).toHaveLength(1)
  })

  test('is satisfied by anything that arrives, even garbage', async () => {
    const harness = await new ConnectionHarness({ heartbeat }).open()
    harness.clock.advance(30_000)
    expect(harness.transport.last.sink.onMessage('<html>', {})).toBe(false)
    harness.clock.advance(15_000)
    expect(harness.status).toBe('open')
  })

  test.each(['visible', 'online', 'offline', 'thawed', 'wake'] as const)(
    'is sent at once on "%s"',
    async hint => {
      const harness = await new ConnectionHarness({ heartbeat }).open()
      harness.hint(hint)
      expect([harness.status, harness.transport.last.sent.length]).toEqual(['open', 1])
    },
  )

  test('without a message only watches for silence: anything received counts as life, and nothing is sent', async () => {
    const harness = await new ConnectionHarness({ heartbeat: { interval: 1_000, timeout: 500 } }).open()
    for (let count = 0; count < 5; count++) {
      harness.clock.advance(900)
      harness.transport.last.sink.onActivity()
    }
    expect([harness.status, harness.transport.last.sent.length]).toEqual(['open', 0])
    harness.clock.advance(1_000)
    expect(harness.status).toBe('reconnecting')
  })
})

describe('a heartbeat with a limit for silence', () => {
  const plan = { interval: 1_000, timeout: 500, message: { type: 'ping' } }

  test('needs no replies, and only silence ends the connection', async () => {
    const harness = await new ConnectionHarness({ heartbeat: { ...plan, silence: 2_500 } }).open()
    harness.clock.advance(2_400)
    harness.transport.last.sink.onActivity()
    harness.clock.advance(2_499)
    expect([harness.status, harness.transport.last.sent.length]).toEqual(['open', 4])
    harness.clock.advance(1)
    expect(harness.status).toBe('reconnecting')
    expect(harness.connection.snapshot.error?.message).toMatch(/more often than "silenceTimeout"/)
  })

  test('uses a new limit at once', async () => {
    const harness = await new ConnectionHarness({ heartbeat: { ...plan, silence: 60_000 } }).open()
    harness.clock.advance(5_500)
    harness.configure({ heartbeat: { ...plan, silence: 5_700 } })
    harness.clock.advance(199)
    expect(harness.status).toBe('open')
    harness.clock.advance(1)
    expect(harness.status).toBe('reconnecting')
  })
})

describe('a heartbeat that changes on an open connection', () => {
  const plan = { interval: 25_000, timeout: 10_000, message: { type: 'ping' } }
  const isReply = ({ type }: { type: string }) => type === 'ping'
  const open = (heartbeat?: ConnectionDriverOptions['heartbeat']) =>
    new ConnectionHarness({ heartbeat }).open()
  const change = (harness: ConnectionHarness, heartbeat?: ConnectionDriverOptions['heartbeat']) => {
    harness.configure({ heartbeat })
  }
  const beats = (harness: ConnectionHarness) => harness.transport.attempts.flatMap(({ sent }) => sent).length

  test('uses its new interval at once, counted from the last heartbeat', async () => {
    const harness = await open(plan)
    harness.clock.advance(20_000)
    change(harness, { ...plan, interval: 21_000 })
    harness.clock.advance(999)
    expect(beats(harness)).toBe(0)
    harness.clock.advance(1)
    expect(beats(harness)).toBe(1)
    harness.receive({ type: 'ping' })
    change(harness, { ...plan, interval: 60_000 })
    harness.clock.advance(59_999)
    expect(beats(harness)).toBe(1)
  })

  test('uses its new timeout at once, even for the pending heartbeat', async () => {
    const harness = await open(plan)
    harness.clock.advance(26_000)
    change(harness, { ...plan, timeout: 2_000 })
    harness.clock.advance(999)
    expect(harness.status).toBe('open')
    harness.clock.advance(1)
    expect(harness.status).toBe('reconnecting')
  })

  test('can be switched on, and off again along with its latency', async () => {
    const harness = await open()
    harness.clock.advance(60_000)
    change(harness, { ...plan, isReply })
    harness.clock.advance(25_000)
    harness.receive({ type: 'ping' })
    expect([beats(harness), harness.connection.snapshot.latency]).toEqual([1, 0])
    change(harness)
    expect(harness.connection.snapshot.latency).toBeNull()
    harness.clock.advance(60_000)
    expect([beats(harness), harness.status]).toEqual([1, 'open'])
  })

  test('sends its new message, and only watches for silence once the message is removed', async () => {
    const harness = await open(plan)
    change(harness, { ...plan, message: 'ping' })
    harness.clock.advance(25_000)
    expect(harness.transport.last.sent).toEqual(['ping'])
    change(harness, { interval: 1_000, timeout: 1_000 })
    harness.clock.advance(1_000)
    expect(harness.status).toBe('reconnecting')
  })

  test('on every render of users with different options still detects a dead connection', async () => {
    const harness = await open(plan)
    for (let count = 0; count < 40 && harness.status === 'open'; count++) {
      change(harness, count % 2 === 0 ? { ...plan, interval: 20_000 } : plan)
      harness.clock.advance(1_000)
    }
    expect(harness.status).toBe('reconnecting')
  })
})

describe('a hint while a connection waits', () => {
  test.each([
    ['visible', 1],
    ['online', 1],
    ['thawed', 1],
    ['wake', 1],
    ['offline', 0],
    ['hidden', 0],
  ] as const)('"%s" makes %i attempts at once', async (hint, attempts) => {
    const harness = await new ConnectionHarness().open()
    harness.transport.last.sink.onFailure({ kind: 'network' })
    harness.hint(hint)
    await settle()
    expect(harness.transport.running).toHaveLength(attempts)
  })
})

describe('pausing', () => {
  test('a hidden page pauses a connection with whenHidden "pause", and resumes it later', async () => {
    const harness = await new ConnectionHarness({ pausesWhenHidden: true }).open()
    harness.hint('hidden')
    expect(harness.connection.snapshot).toMatchObject({
      status: 'paused',
      pausedBy: new Set(['hidden']),
    })
    expect([harness.transport.running.length, harness.clock.pending]).toEqual([0, 0])
    harness.hint('visible')
    await harness.open()
    expect(harness.status).toBe('open')
  })

  test('a hidden page leaves other connections open', async () => {
    const harness = await new ConnectionHarness().open()
    harness.hint('hidden')
    expect(harness.status).toBe('open')
  })

  test('applies new options at once', async () => {
    const harness = await new ConnectionHarness().open()
    harness.hint('hidden')
    harness.configure({ pausesWhenHidden: true })
    expect(harness.status).toBe('paused')
  })

  test('a page in the back/forward cache closes its connection, and reopens it when it returns', async () => {
    const harness = await new ConnectionHarness().open()
    harness.hint('frozen')
    expect([harness.status, harness.transport.running.length]).toEqual(['paused', 0])
    harness.hint('thawed')
    await harness.open()
    harness.clock.advance(1_000)
    expect([harness.status, harness.gaps]).toEqual(['open', ['reconnect']])
  })

  test('lasts until the last reason ends (C11)', async () => {
    const harness = await new ConnectionHarness({ pausesWhenHidden: true }).open()
    harness.hint('hidden')
    harness.hint('frozen')
    harness.hint('visible')
    expect(harness.connection.snapshot.pausedBy).toEqual(new Set(['frozen']))
    harness.hint('thawed')
    await settle()
    expect(harness.transport.running).toHaveLength(1)
  })

  test('from the start opens nothing', async () => {
    const harness = new ConnectionHarness({ pausesWhenHidden: true })
    harness.environment.hidden = true
    harness.connection.start()
    await settle()
    expect([harness.status, harness.transport.attempts.length, harness.refused.length]).toEqual([
      'paused',
      0,
      0,
    ])
  })
})

describe('sent data', () => {
  test('waits until the connection is open, in order, after the first message', async () => {
    const harness = new ConnectionHarness()
    harness.request = { firstMessage: 'token' }
    harness.connection.start()
    expect(['a', { b: 1 }, new Uint8Array([1])].map(data => harness.outbox.send(data))).toEqual([
      true,
      true,
      true,
    ])
    await harness.open()
    harness.outbox.send('c')
    expect(harness.transport.last.sent).toEqual(['token', 'a', '{"b":1}', new Uint8Array([1]), 'c'])
  })

  test('from a listener that is notified of "open" comes after the first message and queued data', async () => {
    const harness = new ConnectionHarness()
    harness.request = { firstMessage: 'token' }
    harness.connection.subscribe(() => {
      if (harness.status === 'open') harness.outbox.send('listener')
    })
    harness.connection.start()
    harness.outbox.send('queued')
    await harness.open()
    expect(harness.transport.last.sent).toEqual(['token', 'queued', 'listener'])
  })

  test('is refused if the connection is not wanted, closed or failed', async () => {
    const harness = new ConnectionHarness()
    expect(harness.outbox.send('a')).toBe(false)
    await harness.open()
    harness.connection.close()
    expect(harness.outbox.send('b')).toBe(false)
    harness.connection.reconnect()
    await harness.open()
    expect(harness.transport.last.sent).toEqual([])
  })

  test('beyond the queue limit is refused and reported', () => {
    const harness = new ConnectionHarness()
    harness.connection.start()
    const taken = Array.from({ length: 101 }, (_, index) => harness.outbox.send(`${index}`))
    expect([taken.filter(Boolean).length, taken.at(-1)]).toEqual([100, false])
    expect(harness.events).toContainEqual({ kind: 'queue-overflow' })
  })

  test('in a pending request rejects when the connection drops, or is sent again if it is idempotent', async () => {
    const harness = await new ConnectionHarness().open()
    const lost = expect(harness.outbox.request({ type: 'a' })).rejects.toMatchObject({
      code: 'connection-lost',
    })
    const again = harness.outbox.request({ type: 'b' }, { idempotent: true })
    await harness.failAndReopen()
    await lost
    expect(harness.transport.last.sent).toEqual(['{"type":"b","id":2}'])
    harness.receive({ type: 'b', response: 1 })
    expect(await again).toBe(1)
  })
})

describe('outgoing data', () => {
  test.each([
    ['an object goes through serialize', { a: 1 }, '{"a":1}'],
    ['a string is sent as it is', 'text', 'text'],
    ['a view is sent as it is', new Uint8Array([1]), new Uint8Array([1])],
    ['a buffer is sent as it is', new ArrayBuffer(1), new ArrayBuffer(1)],
  ])(
    'follows one rule as a message, a heartbeat, a first message and a fresh token: %s',
    async (_what, one, wire) => {
      const harness = new ConnectionHarness({ heartbeat: { interval: 10, timeout: 10, message: one } })
      harness.request = { firstMessage: one }
      harness.prepare = () =>
        Promise.resolve({ token: 't', tokenUse: 'given', refreshAt: harness.clock.elapsed() + 5_000 })
      harness.renew = () => Promise.resolve({ token: 'next', isRefreshed: false })
      harness.configure({ reauthenticate: () => one })
      harness.connection.start()
      harness.outbox.send(one)
      await harness.open()
      harness.clock.advance(10)
      harness.transport.last.sink.onActivity()
      harness.configure({ heartbeat: undefined })
      harness.clock.advance(5_000)
      await settle()
      // The first message, queued data, the heartbeat, and the fresh token.
      expect(harness.transport.last.sent).toEqual([wire, wire, wire, wire])
    },
  )

  test('goes through the serialize of the application', async () => {
    const harness = new ConnectionHarness({ heartbeat: { interval: 10, timeout: 10, message: { beat: 1 } } })
    harness.request = { firstMessage: { token: 't' } }
    harness.outboxOptions = { serialize: value => `<${Object.keys(value as object).join()}>` }
    await harness.open()
    harness.clock.advance(10)
    void harness.outbox.request({ type: 'a', params: 1 }).catch(() => undefined)
    expect(harness.transport.last.sent).toEqual(['<token>', '<beat>', '<type,params,id>'])
  })

  test.each([
    ['undefined', () => undefined],
    ['a function', () => () => 1],
    ['a promise', () => Promise.resolve('later')],
  ])('is never %s, which is an error for the caller that does not quote it', async (_what, build) => {
    const { outbox, transport } = await new ConnectionHarness().open()
    expect(() => outbox.send(build())).toThrow(ConfigurationError)
    expect(transport.last.sent).toEqual([])
  })

  test('from a serialize that returns a promise is an error that names serialize', async () => {
    const harness = await new ConnectionHarness().open()
    harness.outboxOptions = { serialize: (() => Promise.resolve('later')) as never }
    expect(() => harness.outbox.send({})).toThrow(/"serialize"/)
    await expect(harness.outbox.request({ type: 'a' })).rejects.toThrow(/"serialize"/)
  })
})

describe('data that cannot be sent', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const secret = () => {
    throw new Error('the token is secret')
  }
  const failure = (harness: ConnectionHarness) => harness.connection.snapshot.error

  test.each([
    ['circular', circular, undefined],
    ['refused by serialize', { a: 1 }, secret],
    ['a promise', Promise.resolve('x'), undefined],
  ])(
    'as the first message (%s) fails at once, names the part and opens no socket',
    async (_what, firstMessage, serialize) => {
      const harness = new ConnectionHarness()
      harness.request = { firstMessage }
      harness.outboxOptions = { serialize }
      harness.connection.start()
      await settle()
      expect([harness.status, harness.transport.attempts.length]).toEqual(['failed', 0])
      expect(failure(harness)).toBeInstanceOf(ConfigurationError)
      expect(failure(harness)?.message).toContain('first message')
      expect(inspect(harness.events, { depth: Infinity, showHidden: true })).not.toContain('secret')
    },
  )

  test('as the first message because the socket throws fails the connection instead of leaving it connecting', async () => {
    const harness = new ConnectionHarness()
    harness.request = { firstMessage: 'hello' }
    Object.defineProperty(harness.transport, 'takes', { get: secret })
    await harness.open()
    expect([harness.status, harness.transport.running.length]).toEqual(['failed', 0])
    expect(failure(harness)?.message).toContain('first message')
    expect(failure(harness)?.message).not.toContain('secret')
  })

  test('as a heartbeat fails the connection and names the part', async () => {
    const harness = await new ConnectionHarness({
      heartbeat: { interval: 10, timeout: 10, message: circular },
    }).open()
    harness.clock.advance(10)
    expect([harness.status, failure(harness)?.message]).toEqual([
      'failed',
      expect.stringContaining('heartbeat.message'),
    ])
  })

  test('from the queue because the socket throws is dropped and reported, and the connection stays open', async () => {
    const harness = new ConnectionHarness()
    harness.connection.start()
    harness.outbox.send('bad')
    const asked = expect(harness.outbox.request({ type: 'a' })).rejects.toThrow('mine')
    harness.outbox.send('good')
    let calls = 0
    Object.defineProperty(harness.transport, 'takes', {
      get: () => {
        if (++calls <= 2) throw new Error('mine')
        return true
      },
    })
    await harness.open()
    await asked
    expect([harness.status, harness.transport.last.sent]).toEqual(['open', ['good']])
    expect(harness.events).toContainEqual({ kind: 'handler-error', type: 'send', error: new Error('mine') })
  })
})

describe('a reply', () => {
  const order = async (effect: (log: string[]) => Promise<void> | void) => {
    const harness = await new ConnectionHarness().open()
    const log: string[] = []
    harness.sink.onMessage = message => effect(log)?.then(() => message) ?? message
    const request = harness.outbox.request({ type: 'a' }).then(() => log.push('answered'))
    harness.receive({ type: 'a', response: 1 })
    await request
    return log
  }

  test('resolves its request after it has taken effect', async () => {
    expect(await order(log => void log.push('written'))).toEqual(['written', 'answered'])
    const slowly = (log: string[]) => settle().then(() => void log.push('written'))
    expect(await order(slowly)).toEqual(['written', 'answered'])
  })

  test('resolves its request even if the application throws while handling it', async () => {
    const fail = () => {
      throw new Error('mine')
    }
    expect(await order(fail)).toEqual(['answered'])
  })

  test('resolves with what its schema returns, and rejects if the schema rejects it', async () => {
    const harness = await new ConnectionHarness().open()
    harness.sink.onMessage = message => (message.response === 1 ? { ...message, response: 'one' } : undefined)
    const ask = (response: number) => {
      const request = harness.outbox.request({ type: 'a' })
      harness.receive({ type: 'a', response })
      return request
    }
    expect(await ask(1)).toBe('one')
    await expect(ask(2)).rejects.toMatchObject({ code: 'request-failed', error: undefined })
  })
})

describe('a frame', () => {
  test('that is unreadable is dropped and reported without its content, and the connection stays open', async () => {
    const harness = await new ConnectionHarness().open()
    expect(harness.transport.last.sink.onMessage('<html>secret', {})).toBe(false)
    expect(harness.status).toBe('open')
    expect(harness.events.at(-1)).toEqual({ kind: 'bad-message', reason: 'unreadable' })
  })

  test('that is too large is dropped before it is parsed (W23)', async () => {
    let parsed = 0
    const parse = () => parsed++
    const harness = await new ConnectionHarness({ parse }).open()
    for (const data of [
      'x'.repeat(1_001),
      'ä'.repeat(501),
      new ArrayBuffer(1_001),
      new Blob(['x'.repeat(1_001)]),
    ]) {
      expect(harness.transport.last.sink.onMessage(data, {})).toBe(false)
    }
    harness.transport.last.sink.onOversized()
    const bad = harness.events.filter(event => event.kind === 'bad-message')
    expect([parsed, bad.length]).toEqual([0, 5])
    expect(harness.transport.last.sink.onMessage('ä'.repeat(500), {})).toBe(true)
  })

  test('with one message that makes the application throw still delivers its other messages', async () => {
    const harness = await new ConnectionHarness().open()
    const error = new Error('mine')
    const seen: unknown[] = []
    harness.sink.onMessage = message => {
      if (message.response === 1) throw error
      seen.push(message.response)
    }
    harness.receive([0, 1, 2].map(response => ({ type: 'a', response })))
    expect(seen).toEqual([0, 2])
    expect(harness.events.at(-1)).toEqual({ kind: 'handler-error', type: 'a', error })
  })
})

describe('a number that was seen already', () => {
  test('on a reply settles its request, and changes nothing else', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(7))
    const reply = harness.outbox.request({ type: 'a' })
    harness.receive({ type: 'a', response: 'fresh', re: 1, epoch: 'e', seq: 7 })
    await expect(reply).resolves.toBe('fresh')
    expect(harness.messages).toEqual([at(7)])
  })

  test('on a reply that no request waits for is dropped', async () => {
    const harness = await new ConnectionHarness({ recovery }).open()
    harness.receive(at(7))
    harness.receive({ type: 'a', response: 1, re: 9, epoch: 'e', seq: 7 })
    expect(harness.messages).toEqual([at(7)])
  })
})
