import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message, Cursor } from '../../src/core/envelope.ts'
import { type Recovery, type ResumedResponse, StreamPosition } from '../../src/core/streamPosition.ts'

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

const inspectBy = (position: StreamPosition, more: Message, { cursor, resumed, sortable }: Recovery) =>
  position.message(
    cursor?.(more),
    typeof resumed === 'function' ? resumed(more as Message & ResumedResponse) : undefined,
    sortable,
  )

function follow(recovery: Recovery) {
  const position = new StreamPosition()
  const inspect = (more: Partial<Message>) => {
    const { cursor, ...inspection } = inspectBy(position, message(more), recovery)
    if (cursor !== undefined) expect(cursor).toEqual(position.cursor)
    return inspection
  }
  return { position, inspect }
}

describe('by epoch and seq', () => {
  test('the first message is new, and so is each next one', () => {
    const { position, inspect } = follow(bySeq)
    expect(inspect({ epoch: 'e', seq: 5 })).toEqual({ isNews: true })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: true })
    expect(position.cursor).toEqual({ epoch: 'e', seq: 6 })
  })

  test('a seen message is not new, and moves nothing', () => {
    const { position, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 6 })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: false })
    expect(inspect({ epoch: 'e', seq: 2 })).toEqual({ isNews: false })
    expect(position.cursor).toEqual({ epoch: 'e', seq: 6 })
  })

  test('a jump is new with a gap, and counting continues from there', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    expect(inspect({ epoch: 'e', seq: 8 })).toEqual({ isNews: true, gap: 'sequence' })
    expect(inspect({ epoch: 'e', seq: 9 })).toEqual({ isNews: true })
  })

  test('a new epoch is new with a gap, wherever it counts from', () => {
    for (const seq of [1, 6, 100]) {
      const { position, inspect } = follow(bySeq)
      inspect({ epoch: 'e', seq: 5 })
      expect(inspect({ epoch: 'f', seq })).toEqual({ isNews: true, gap: 'epoch' })
      expect(position.cursor).toEqual({ epoch: 'f', seq })
    }
  })

  test('a message without a position is new and moves nothing', () => {
    const { position, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    expect(inspect({ response: 'hello' })).toEqual({ isNews: true })
    expect(position.cursor).toEqual({ epoch: 'e', seq: 5 })
  })
})

describe('a message that says whether the server resumed', () => {
  test('is not new to handlers', () => {
    const { inspect } = follow(bySeq)
    expect(inspect({ type: 'resume', response: true })).toEqual({ isNews: false })
    expect(inspect({ type: 'resume', response: false })).toEqual({ isNews: false })
  })

  test('with yes keeps the position, after which missed messages follow without a gap', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 9 })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: true })
  })

  test('with no gives the position to continue from, without a second gap', () => {
    const { position, inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: false, epoch: 'f', seq: 90 })
    expect(position.cursor).toEqual({ epoch: 'f', seq: 90 })
    expect(inspect({ epoch: 'f', seq: 91 })).toEqual({ isNews: true })
  })

  test('with no and without a position clears the old one', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: false })
    expect(inspect({ epoch: 'f', seq: 1 })).toEqual({ isNews: true })
  })

  test('and uses a number of the log is not a gap for the next message', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 6 })
    expect(inspect({ epoch: 'e', seq: 7 })).toEqual({ isNews: true })
    // Its number accounts for one position only.
    expect(inspect({ epoch: 'e', seq: 9 })).toEqual({ isNews: true, gap: 'sequence' })
  })

  test('and names the head of the log does not hide that messages before it are missing', () => {
    const { inspect } = follow(bySeq)
    inspect({ epoch: 'e', seq: 5 })
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 9 })
    expect(inspect({ epoch: 'e', seq: 10 })).toEqual({ isNews: true, gap: 'sequence' })
  })

  test('causes no false gap and drops no message, wherever it arrives and whether its number is its own or the head', () => {
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

  test('may name the very first position', () => {
    const { inspect } = follow(bySeq)
    inspect({ type: 'resume', response: true, epoch: 'e', seq: 5 })
    expect(inspect({ epoch: 'e', seq: 5 })).toEqual({ isNews: false })
    expect(inspect({ epoch: 'e', seq: 7 })).toEqual({ isNews: true, gap: 'sequence' })
  })
})

test('by id every message is new, and the last id is the position', () => {
  const { position, inspect } = follow(byId)
  for (const id of ['a', 'c', 'a']) expect(inspect({ id })).toEqual({ isNews: true })
  expect(position.cursor).toBe('a')
})

describe('by sortable ids', () => {
  const sortable: Recovery = { ...byId, sortable: true }

  test('an id that sorts before the last one is a gap: the log started over, and the position continues from there', () => {
    const { position, inspect } = follow(sortable)
    const seen = ['b', 'c', 'c', 'a', 'b'].map(id => inspect({ id }))
    const news = { isNews: true }
    expect(seen).toEqual([news, news, news, { isNews: true, gap: 'epoch' }, news])
    expect(position.cursor).toBe('b')
  })

  test('numbers of the previous log no longer count', () => {
    const either: Recovery = { ...sortable, cursor: ({ id, seq }) => (seq === undefined ? id : { seq }) }
    const position = new StreamPosition()
    const gaps = [{ seq: 8 }, { id: 'b' }, { id: 'a' }, { seq: 1 }, { seq: 3 }].map(
      more => inspectBy(position, message(more), either).gap,
    )
    expect(gaps).toEqual([undefined, undefined, 'epoch', undefined, 'sequence'])
  })
})

describe('if some messages have numbers, and others ids', () => {
  const mixed: Recovery = {
    cursor: ({ id, epoch, seq }) => (seq === undefined ? id : { epoch, seq, id }),
    attach: request => request,
  }
  const by = (...given: Partial<Message>[]) => {
    const position = new StreamPosition()
    const gaps = given.map(more => inspectBy(position, message(more), mixed).gap)
    return { cursor: position.cursor, gaps }
  }

  test('the position has the last of each', () => {
    expect(by({ epoch: 'e', seq: 5 }, { id: 'a' }).cursor).toEqual({ epoch: 'e', seq: 5, id: 'a' })
    expect(by({ id: 'a' }, { epoch: 'e', seq: 5 }).cursor).toEqual({ epoch: 'e', seq: 5, id: 'a' })
    expect(by({ id: 'a' }, { epoch: 'e', seq: 5, id: 'b' }).cursor).toEqual({ epoch: 'e', seq: 5, id: 'b' })
  })

  test('a skipped number is a gap, whatever came between', () => {
    const [first, id] = [{ epoch: 'e', seq: 5, id: 'a' }, { id: 'b' }]
    expect(by(first, id, { epoch: 'e', seq: 6, id: 'c' }).gaps).toEqual([undefined, undefined, undefined])
    expect(by(first, id, { epoch: 'e', seq: 7, id: 'c' }).gaps).toEqual([undefined, undefined, 'sequence'])
    expect(by(first, id, { epoch: 'f', seq: 6, id: 'c' }).gaps).toEqual([undefined, undefined, 'epoch'])
  })

  test('a heartbeat reply with a number keeps the id', () => {
    const position = new StreamPosition()
    inspectBy(position, message({ epoch: 'e', seq: 5, id: 'a' }), mixed)
    expect(position.heartbeat({ epoch: 'e', seq: 7 })).toBe('sequence')
    expect(position.cursor).toEqual({ epoch: 'e', seq: 7, id: 'a' })
  })
})

describe('a heartbeat reply with the head of the stream', () => {
  const recovery: Recovery = {
    cursor: ({ response }) => response as Cursor,
    attach: request => request,
  }
  const at = (seq: number, epoch = 'a') => ({ type: 'any', params: null, response: { epoch, seq } })

  test('reveals lost messages if it is ahead of the last message', () => {
    const position = new StreamPosition()
    inspectBy(position, at(5), recovery)
    const heads = [5, 7, 7].map(seq => position.heartbeat(recovery.cursor?.(at(seq))))
    expect(heads).toEqual([undefined, 'sequence', undefined])
    expect(inspectBy(position, at(8), recovery)).toMatchObject({ isNews: true })
  })

  test('reveals a log that started over', () => {
    const position = new StreamPosition()
    inspectBy(position, at(5), recovery)
    expect(position.heartbeat(recovery.cursor?.(at(1, 'b')))).toBe('sequence')
  })

  test('reveals nothing before there is a position', () => {
    expect(new StreamPosition().heartbeat(recovery.cursor?.(at(7)))).toBeUndefined()
  })
})

describe('the start of the gapless stream', () => {
  const seqs = (...more: Partial<Message>[]) => {
    const { position, inspect } = follow(bySeq)
    for (const message of more) inspect(message)
    return position.since
  }

  test('is before the first message, or where the reply to a resumption says', () => {
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'e', seq: 6 })).toEqual({ epoch: 'e', seq: 4 })
    expect(seqs({ type: 'resume', response: false, epoch: 'e', seq: 5 })).toEqual({ epoch: 'e', seq: 5 })
  })

  test('is before the message after a gap, or of a new epoch', () => {
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'e', seq: 8 })).toEqual({ epoch: 'e', seq: 7 })
    expect(seqs({ epoch: 'e', seq: 5 }, { epoch: 'f', seq: 1 })).toEqual({ epoch: 'f', seq: 0 })
  })

  test.each([
    ['a reopening that did not resume', (position: StreamPosition) => position],
    [
      'a rejected position',
      (position: StreamPosition) => {
        position.missed('cursor-lost')
        return position
      },
    ],
  ])('is unknown after %s, until the next message', (_what, prepare) => {
    const { position, inspect } = follow(bySeq)
    position.opened({ resumed: false, isDecidedLater: false })
    inspect({ epoch: 'e', seq: 5 })
    prepare(position).opened({ resumed: false, isDecidedLater: false })
    expect(position.since).toBeUndefined()
    inspect({ epoch: 'e', seq: 6 })
    expect(position.since).toEqual({ epoch: 'e', seq: 5 })
  })

  test('is unknown after a resumption that was refused without a position', () => {
    expect(seqs({ epoch: 'e', seq: 5 }, { type: 'resume', response: false })).toBeUndefined()
  })

  test('is unknown for ids, which cannot be compared', () => {
    const { position, inspect } = follow(byId)
    inspect({ id: 'a' })
    expect(position.since).toBeUndefined()
  })
})

describe('an opening', () => {
  const open = (position: StreamPosition, resumed = false, isDecidedLater = false) =>
    position.opened({ resumed, isDecidedLater })

  test('is a gap unless it is the first, or the server resumed', () => {
    const { position } = follow(bySeq)
    expect([open(position), open(position), open(position, true)]).toEqual([
      undefined,
      'reconnect',
      undefined,
    ])
  })

  test('is no gap yet if a message will say whether the server resumed; without a position it is one', () => {
    const { position, inspect } = follow(bySeq)
    open(position)
    expect(open(position, false, true)).toBe('reconnect')
    inspect({ epoch: 'e', seq: 5 })
    expect(open(position, false, true)).toBeUndefined()
    expect(inspect({ type: 'resume', response: false })).toEqual({ isNews: false, gap: 'refused' })
  })

  test('after messages were missed is one gap, of the first cause', () => {
    const { position } = follow(bySeq)
    position.missed('forgotten')
    position.missed('cursor-lost')
    expect([open(position), open(position, true)]).toEqual(['forgotten', undefined])
  })

  test('lets the first message say where the stream begins', () => {
    const { position, inspect } = follow(bySeq)
    open(position)
    expect(inspect({ epoch: 'e', seq: 5 })).toEqual({ isNews: true, begin: { epoch: 'e', seq: 4 } })
    expect(inspect({ epoch: 'e', seq: 6 })).toEqual({ isNews: true })
  })
})
