import { describe, expect, test } from 'vitest'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'

const expects = { type: 'beat', within: 10_000 }
const beat = { type: 'beat' }

/** The time passes, and a comment arrives every second. */
async function passAlive(harness: ConnectionHarness, ms: number) {
  for (let passed = 0; passed < ms; passed += 1_000) {
    harness.clock.advance(1_000)
    harness.transport.last.sink.onActivity()
  }
  await settle()
}

describe('a connection that expects messages', () => {
  test('fails if none comes in time, although the link is alive, and has one gap once it is open again', async () => {
    const harness = await new ConnectionHarness({ expects, gapSpread: 1 }).open()
    await passAlive(harness, 9_000)
    expect(harness.status).toBe('open')
    await passAlive(harness, 1_000)
    expect(harness.status).toBe('reconnecting')
    expect(harness.connection.snapshot.error?.message).toMatch('No message of type "beat" came in time.')
    harness.clock.advance((harness.connection.snapshot.nextRetryAt ?? 0) - harness.clock.now())
    await settle()
    expect(harness.gaps).toEqual([])
    harness.transport.last.sink.onOpen({ resumed: false })
    await passAlive(harness, 1_000)
    expect(harness.gaps).toEqual(['forgotten'])
  })

  test('stays open while they come, whatever else comes', async () => {
    const harness = await new ConnectionHarness({ expects }).open()
    for (let count = 0; count < 5; count++) {
      await passAlive(harness, 9_000)
      harness.receive(beat)
    }
    expect([harness.status, harness.gaps]).toEqual(['open', []])
  })

  test('fails if none comes in the time for which it was open, however often it reopens', async () => {
    const harness = await new ConnectionHarness({ expects, gapSpread: 1 }).open()
    for (let count = 0; count < 2; count++) {
      await passAlive(harness, 4_000)
      harness.transport.last.sink.onFailure({ kind: 'close', code: 1006, opened: true })
      harness.clock.advance((harness.connection.snapshot.nextRetryAt ?? 0) - harness.clock.now())
      await settle()
      // Not counted: it cannot get anything.
      harness.clock.advance(4_000)
      harness.transport.last.sink.onOpen({ resumed: true })
      await settle()
    }
    await passAlive(harness, 1_000)
    expect([harness.status, harness.gaps]).toEqual(['open', []])
    await passAlive(harness, 1_000)
    expect(harness.connection.snapshot.error?.message).toMatch('No message of type "beat" came in time.')
  })

  describe('after a time in which no timer ran, such as a sleep or a step of the system clock,', () => {
    const asleep = async () => {
      const harness = await new ConnectionHarness({ expects, gapSpread: 1 }).open()
      await passAlive(harness, 9_000)
      harness.clock.sleep(3_600_000)
      return harness
    }

    test('waits once more, because messages may be about to arrive', async () => {
      const harness = await asleep()
      await passAlive(harness, 9_000)
      harness.receive(beat)
      await passAlive(harness, 9_000)
      expect([harness.status, harness.gaps]).toEqual(['open', []])
    })

    test('fails if none comes then, however late the timer fires this time', async () => {
      const harness = await asleep()
      await passAlive(harness, 1_000)
      harness.clock.sleep(60_000)
      await passAlive(harness, 10_000)
      expect(harness.connection.snapshot.error?.message).toMatch('No message of type "beat" came in time.')
    })

    test('does not count that time if the connection is found broken', async () => {
      const harness = await asleep()
      harness.transport.last.sink.onFailure({ kind: 'close', code: 1006, opened: true })
      harness.clock.advance((harness.connection.snapshot.nextRetryAt ?? 0) - harness.clock.now())
      await settle()
      harness.transport.last.sink.onOpen({ resumed: true })
      await passAlive(harness, 9_000)
      expect([harness.status, harness.gaps]).toEqual(['open', []])
    })
  })

  test('counts no time for which it is paused, and fails if none comes in the time after it', async () => {
    const harness = await new ConnectionHarness({ expects, gapSpread: 1, pausesWhenHidden: true }).open()
    const isHidden = (hidden: boolean) => {
      harness.environment.hidden = hidden
      harness.environment.hints.emit(hidden ? 'hidden' : 'visible')
      return settle()
    }
    await passAlive(harness, 4_000)
    await isHidden(true)
    expect(harness.status).toBe('paused')
    harness.clock.advance(3_600_000)
    await isHidden(false)
    harness.transport.last.sink.onOpen({ resumed: true })
    await passAlive(harness, 5_000)
    expect([harness.status, harness.gaps]).toEqual(['open', []])
    await passAlive(harness, 1_000)
    expect(harness.status).toBe('reconnecting')
  })

  test('is not satisfied by messages of other types', async () => {
    const harness = await new ConnectionHarness({ expects }).open()
    for (let count = 0; count < 10; count++) {
      harness.clock.advance(1_000)
      harness.receive({ type: 'news' })
    }
    expect(harness.status).toBe('reconnecting')
  })

  test('fails again each time the channel stays silent after a reopening', async () => {
    const harness = await new ConnectionHarness({ expects, gapSpread: 1 }).open()
    for (let count = 1; count <= 3; count++) {
      await passAlive(harness, 10_000)
      expect(harness.status).toBe('reconnecting')
      harness.clock.advance((harness.connection.snapshot.nextRetryAt ?? 0) - harness.clock.now())
      await settle()
      harness.transport.last.sink.onOpen({ resumed: true })
      harness.clock.advance(1)
      expect(harness.gaps).toEqual(Array(count).fill('forgotten'))
    }
  })

  test('applies a changed time at once, counted from the last of them', async () => {
    const harness = await new ConnectionHarness({ expects }).open()
    await passAlive(harness, 5_000)
    harness.configure({ expects: { ...expects, within: 6_000 } })
    await passAlive(harness, 1_000)
    expect(harness.status).toBe('reconnecting')
  })

  test('leaves no timer behind', async () => {
    const harness = await new ConnectionHarness({ expects }).open()
    harness.connection.close()
    expect(harness.clock.pending).toBe(0)
  })
})
