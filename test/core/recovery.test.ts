import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/core/envelope.ts'
import { type Cursor, type Recovery, RecoveryTracker } from '../../src/core/recovery.ts'

const message = (more: Partial<Message> & { type?: string }): Message => ({
  type: 'news',
  params: undefined,
  response: undefined,
  ...more,
})

const bySeq: Recovery = {
  cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
  attach: request => request,
  resumed: ({ type, response }) => (type === 'resume' ? (response as boolean) : undefined),
}
const byId: Recovery = { cursor: ({ id }) => id, attach: request => request }

const inspectBy = (tracker: RecoveryTracker, more: Message, { cursor, resumed }: Recovery) =>
  tracker.inspect(cursor(more), resumed?.(more))

function follow(recovery: Recovery) {
  const tracker = new RecoveryTracker()
  const inspect = (more: Partial<Message>) => {
    const { cursor, ...inspection } = inspectBy(tracker, message(more), recovery)
    if (cursor !== undefined) expect(cursor).toEqual(tracker.cursor)
    return inspection
  }
  return { tracker, inspect }
}

describe('by epoch and seq', () => {
  test('the first message is news, and so is each next one', () => {
    const { tracker, inspect } = follow(bySeq)
    expect(inspect({ epoch: 'e', seq: 5 })).toEqual({ isNews: true })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: true })
    expect(tracker.cursor).toEqual({ epoch: 'e', seq: 6 })
  })

  test('what was seen is no news, and moves nothing', () => {
    const { tracker, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 6 })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: false })
    expect(inspect({ epoch: 'e', seq: 2 })).toEqual({ isNews: false })
    expect(tracker.cursor).toEqual({ epoch: 'e', seq: 6 })
  })

  test('a jump is news with a gap, and then it goes on from there', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    expect(inspect({ epoch: 'e', seq: 8 })).toEqual({ isNews: true, gap: 'sequence' })
    expect(inspect({ epoch: 'e', seq: 9 })).toEqual({ isNews: true })
  })

  test('a new epoch is news with a gap, wherever it counts from', () => {
    for (const seq of [1, 6, 100]) {
      const { tracker, inspect } = follow(bySeq)
      inspect({ epoch: 'e', seq: 5 })
      expect(inspect({ epoch: 'f', seq })).toEqual({ isNews: true, gap: 'epoch' })
      expect(tracker.cursor).toEqual({ epoch: 'f', seq })
    }
  })

  test('a message without a position is news and moves nothing', () => {
    const { tracker, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    expect(inspect({ response: 'hello' })).toEqual({ isNews: true })
    expect(tracker.cursor).toEqual({ epoch: 'e', seq: 5 })
  })
})

describe('a message that says whether the server resumed', () => {
  test('is no news', () => {
    const { inspect } = follow(bySeq)
    expect(inspect({ type: 'resume', response: true })).toEqual({ isNews: false, resumed: true })
    expect(inspect({ type: 'resume', response: false })).toEqual({ isNews: false, resumed: false })
  })

  test('and says yes leaves the position, from which missed messages follow without a gap', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 9 })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: true })
  })

  test('and says no gives the position to go on from, without a second gap', () => {
    const { tracker, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: false, epoch: 'f', seq: 90 })
    expect(tracker.cursor).toEqual({ epoch: 'f', seq: 90 })
    expect(inspect({ epoch: 'f', seq: 91 })).toEqual({ isNews: true })
  })

  test('and says no without a position forgets the old one', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: false })
    expect(inspect({ epoch: 'f', seq: 1 })).toEqual({ isNews: true })
  })

  test('and takes a number of the log is no gap for the next message', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 6 })
    expect(inspect({ epoch: 'e', seq: 7 })).toEqual({ isNews: true })
    // Its number fills one place only.
    expect(inspect({ epoch: 'e', seq: 9 })).toEqual({ isNews: true, gap: 'sequence' })
  })

  test('and names the head of the log does not hide that messages before it are missing', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 9 })
    expect(inspect({ epoch: 'e', seq: 10 })).toEqual({ isNews: true, gap: 'sequence' })
  })

  test('leaves no false gap and drops no message, wherever it comes and whether its number is its own or the head', () => {
    const seed = Date.now()
    const plan = fc.record({
      missed: fc.integer({ min: 0, max: 6 }),
      live: fc.integer({ min: 0, max: 6 }),
      place: fc.nat({ max: 6 }),
      isNumbered: fc.boolean(),
      epoch: fc.constantFrom('e', undefined),
    })
    fc.assert(
      fc.property(plan, ({ missed, live, place, isNumbered, epoch }) => {
        const { inspect } = follow(bySeq)
        inspect({ epoch, seq: 5 })
        const at = isNumbered ? Math.min(place, missed) : 0
        let seq = 5
        for (let index = 0; index <= missed + live; index++) {
          if (index === at)
            inspect({ type: 'resume', response: true, epoch, seq: isNumbered ? ++seq : 5 + missed })
          if (index < missed + live) expect(inspect({ epoch, seq: ++seq })).toEqual({ isNews: true })
        }
      }),
      { seed },
    )
  })

  test('may name the first position of all', () => {
    const { inspect } = follow(bySeq)
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 5 })
    expect(inspect({ epoch: 'e', seq: 5 })).toEqual({ isNews: false })
    expect(inspect({ epoch: 'e', seq: 7 })).toEqual({ isNews: true, gap: 'sequence' })
  })
})

test('by id every message is news, and the last id is the position', () => {
  const { tracker, inspect } = follow(byId)
  for (const id of ['a', 'c', 'a']) expect(inspect({ id })).toEqual({ isNews: true })
  expect(tracker.cursor).toBe('a')
})

describe('a heartbeat reply that names the head of the stream', () => {
  const recovery: Recovery = {
    cursor: ({ response }) => response as Cursor,
    attach: request => request,
  }
  const at = (seq: number, epoch = 'a') => ({ type: 'any', params: null, response: { epoch, seq } })

  test('tells of what was lost without a trace: it is ahead of what came', () => {
    const tracker = new RecoveryTracker()
    inspectBy(tracker, at(5), recovery)
    expect([tracker.isBehind(recovery.cursor(at(5))), tracker.isBehind(recovery.cursor(at(7)))]).toEqual([
      false,
      true,
    ])
    expect(tracker.isBehind(recovery.cursor(at(7)))).toBe(false)
    expect(inspectBy(tracker, at(8), recovery)).toMatchObject({ isNews: true })
  })

  test('tells of a log that began anew', () => {
    const tracker = new RecoveryTracker()
    inspectBy(tracker, at(5), recovery)
    expect(tracker.isBehind(recovery.cursor(at(1, 'b')))).toBe(true)
  })

  test('says nothing before there is a position', () => {
    expect(new RecoveryTracker().isBehind(recovery.cursor(at(7)))).toBe(false)
  })
})

describe('from where on everything came without a hole', () => {
  const seqs = (...more: Partial<Message>[]) => {
    const { tracker, inspect } = follow(bySeq)
    for (const message of more) inspect(message)
    return tracker.since
  }

  test('is before the first message, or where the answer to a resumption says', () => {
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'e', seq: 6 })).toEqual({ epoch: 'e', seq: 4 })
    expect(seqs({ type: 'resume', response: false, epoch: 'e', seq: 5 })).toEqual({ epoch: 'e', seq: 5 })
  })

  test('is before the message that came after a hole, or of a new epoch', () => {
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'e', seq: 8 })).toEqual({ epoch: 'e', seq: 7 })
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'f', seq: 1 })).toEqual({ epoch: 'f', seq: 0 })
  })

  test('is not known of ids, which cannot be compared', () => {
    const { tracker, inspect } = follow(byId)
    inspect({ id: 'a' })
    expect(tracker.since).toBeUndefined()
  })
})
