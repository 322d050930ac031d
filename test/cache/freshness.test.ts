import { describe, expect, test } from 'vitest'
import type { LiveQueriesOptions } from '../../src/cache/liveQueries.ts'
import { append, patch } from '../../src/cache/updaters.ts'
import type { Cursor } from '../../src/core/envelope.ts'
import { anything } from '../support/schemas.ts'
import { type FetchSetup, setUpFetches } from '../support/setUpFetches.ts'

interface Versioned {
  v?: number | string
  n: number
}

const at = (seq: number, epoch = 1): Cursor => ({ epoch, seq })

/** A query whose data has a version. */
function setUpVersions(options: Partial<FetchSetup> = {}) {
  const version = ({ v }: Versioned) => v
  return setUpFetches({
    key: ['price'],
    declared: { messages: { price: { response: anything, version } } },
    ...options,
  })
}

/** A list with its position in the log. */
const list = (seq: number, ...rows: number[]) => ({ epoch: 1, seq, rows })
type List = ReturnType<typeof list>
/** Not idempotent: the same line twice is two lines. */
const add = (row: number) => (data: List | undefined) => data && { ...data, rows: [...data.rows, row] }

function setUpPositions(options: { isActive?: boolean; since?: LiveQueriesOptions['since'] } = {}) {
  const position = ({ epoch, seq }: List) => ({ epoch, seq })
  const setup = setUpFetches({ sources: [{ queryKey: ['rows'], position }], ...options })
  return { ...setup, rows: () => (setup.data() as List | undefined)?.rows }
}

describe('if data has a version, an older one never replaces a newer one', () => {
  test('from a message', async () => {
    const { answer, push, data } = setUpVersions()
    await answer({ v: 2, n: 2 })
    await push({ v: 1, n: 1 })
    expect(data()).toEqual({ v: 2, n: 2 })
    await push({ v: 3, n: 3 }, { v: 2, n: 0 })
    expect(data()).toEqual({ v: 3, n: 3 })
  })

  test('from a fetch, which is not repeated because the cached data is newer', async () => {
    const { answer, push, data, state, refetch, asked, clock } = setUpVersions()
    await answer({ v: 2, n: 2 })
    await refetch()
    await push({ v: 3, n: 3 })
    await answer({ v: 2, n: 2 })
    clock.advance(100_000)
    expect([data(), asked.length, state()?.isInvalidated]).toEqual([{ v: 3, n: 3 }, 2, false])
  })

  test('from the application itself', async () => {
    const { answer, data, client } = setUpVersions()
    await answer({ v: 2, n: 2 })
    client.setQueryData(['price'], { v: 1, n: 1 })
    expect(data()).toEqual({ v: 2, n: 2 })
  })

  test('even if the data is known to be stale: it stays stale, and is refetched after growing delays', async () => {
    const { client, answer, data, state, asked, clock, settle } = setUpVersions()
    await answer({ v: 2, n: 2 })
    void client.invalidateQueries({ queryKey: ['price'] })
    for (const [fetches, wait] of [
      [3, 1_000],
      [4, 2_000],
      [5, 4_000],
    ] as const) {
      await answer({ v: 1, n: 1 })
      expect([data(), state()?.isInvalidated]).toEqual([{ v: 2, n: 2 }, true])
      clock.advance(wait - 1)
      await settle()
      expect(asked).toHaveLength(fetches - 1)
      clock.advance(1)
      await settle()
      expect(asked).toHaveLength(fetches)
    }
    await answer({ v: 2, n: 2 })
    expect([state()?.isInvalidated, clock.pending]).toEqual([false, 0])
  })

  test('and the key is reported once the response to a second refetch is older, too', async () => {
    const reported: unknown[] = []
    const { client, answer, clock, settle } = setUpVersions({
      report: event => void (event.kind === 'outdated-response' && reported.push(event.key)),
    })
    await answer({ v: 2, n: 2 })
    void client.invalidateQueries({ queryKey: ['price'] })
    await answer({ v: 1, n: 1 })
    expect(reported).toEqual([])
    clock.advance(1_000)
    await settle()
    await answer({ v: 1, n: 1 })
    expect(reported).toEqual([['price']])
  })

  test('from a fetch that starts before the connection opens and ends after it', async () => {
    const { client, answer, data, asked, createLiveQueries, liveQueries } = setUpVersions()
    await answer({ v: 2, n: 2 })
    liveQueries.end()
    void client.refetchQueries({ queryKey: ['price'] })
    createLiveQueries()
    await answer({ v: 1, n: 1 })
    expect([data(), asked.length]).toEqual([{ v: 2, n: 2 }, 2])
  })

  test('but an equal one does, so that a correction without a new version is visible', async () => {
    const { answer, push, data } = setUpVersions()
    await answer({ v: 2, n: 2 })
    await push({ v: 2, n: 0 })
    expect(data()).toEqual({ v: 2, n: 0 })
  })

  test('with strings compared as strings, and numbers as numbers', async () => {
    const { answer, push, data } = setUpVersions()
    await answer({ v: 9, n: 9 })
    await push({ v: 10, n: 10 })
    expect(data()).toMatchObject({ v: 10 })
    await push({ v: '2026-01-02T00:00:00Z', n: 1 }, { v: '2026-01-01T00:00:00Z', n: 2 })
    expect(data()).toMatchObject({ n: 1 })
  })

  test('but data without a version, or with one of another kind, replaces and is replaced as usual', async () => {
    const { answer, push, data } = setUpVersions()
    await answer({ v: 2, n: 2 })
    await push({ n: 1 })
    expect(data()).toEqual({ n: 1 })
    await push({ v: 1, n: 5 }, { v: 'a', n: 6 })
    expect(data()).toEqual({ v: 'a', n: 6 })
  })

  test('but a version function that throws means that there is no version', async () => {
    const { answer, push, data } = setUpVersions()
    await answer({ v: 2, n: 2 })
    await push(null)
    expect(data()).toBeNull()
  })
})

describe('if data has a position in the log,', () => {
  test('a message that it already contains is skipped, and a missing one is applied, even if a second time would do harm', async () => {
    const { answer, pushAt, rows, asked } = setUpPositions()
    await answer(list(5, 1))
    await pushAt(at(5), add(5))
    await pushAt(at(6), add(6))
    expect([rows(), asked.length]).toEqual([[1, 6], 1])
  })

  test('a message during a fetch is in the data once, whether or not the response contains it, without a further fetch', async () => {
    for (const [answered, seq] of [
      [[1], 5],
      [[1, 6], 6],
    ] as const) {
      const { answer, pushAt, rows, refetch, asked } = setUpPositions()
      await answer(list(5, 1))
      await refetch()
      await pushAt(at(6), add(6))
      expect(rows()).toEqual([1, 6])
      await answer(list(seq, ...answered))
      expect([rows(), asked.length]).toEqual([[1, 6], 2])
    }
  })

  test('the same applies to the four updaters, including `append` without `by`', async () => {
    const { answer, pushAt, data } = setUpFetches({
      key: ['log'],
      sources: [{ queryKey: ['log'], position: (data: { seq: number }[]) => at(data[0]!.seq) }],
    })
    await answer([{ seq: 5 }])
    await pushAt(at(5), append({ seq: 0 }))
    expect(data()).toEqual([{ seq: 5 }])
    await pushAt(at(6), append({ seq: 0 }))
    expect(data()).toEqual([{ seq: 5 }, { seq: 0 }])
  })

  test('a response that lacks an earlier write is discarded and fetched again', async () => {
    const { answer, pushAt, rows, refetch, asked, clock, settle, client } = setUpPositions()
    await answer(list(5, 1))
    await pushAt(at(6), add(6))
    await client.invalidateQueries({ queryKey: ['rows'], refetchType: 'none' })
    await refetch()
    await answer(list(5, 1))
    expect([rows(), asked.length]).toEqual([[1, 6], 2])
    clock.advance(1_000)
    await settle()
    await answer(list(6, 1, 6))
    expect([rows(), asked.length, clock.pending]).toEqual([[1, 6], 3, 0])
  })

  test('a first response from before the stream began is shown, marked as stale and fetched again', async () => {
    const { answer, rows, state, asked, clock, settle } = setUpPositions({ since: () => at(7) })
    await answer(list(5, 1))
    expect([rows(), state()?.isInvalidated]).toEqual([[1], true])
    clock.advance(1_000)
    await settle()
    await answer(list(7, 1, 7))
    expect([rows(), state()?.isInvalidated, asked.length]).toEqual([[1, 7], false, 2])
  })

  test('data from before the start of a stream is refetched once that is known', async () => {
    const { answer, clock, liveQueries, asked, settle } = setUpPositions()
    await answer(list(5, 1))
    liveQueries.onPositionKnown(at(5))
    await settle()
    expect(asked).toHaveLength(1)
    liveQueries.onPositionKnown(at(6))
    await settle()
    expect(asked).toHaveLength(2)
    await answer(list(6, 1, 6))
    clock.advance(1_000)
    liveQueries.onPositionKnown(at(6, 2))
    await settle()
    expect(asked).toHaveLength(3)
  })

  test('a message without a position is written as usual', async () => {
    const { answer, push, rows } = setUpPositions()
    await answer(list(5, 1))
    await push(add(6), patch({ seq: 6 }))
    expect(rows()).toEqual([1, 6])
  })
})

describe('a stream starts', () => {
  const start = (...states: [data: unknown, isStale?: boolean][]) => {
    const { client, liveQueries } = setUpPositions({ isActive: false })
    states.forEach(([data, isStale], index) => {
      client.setQueryData(['rows', index], data)
      if (isStale)
        client
          .getQueryCache()
          .find({ queryKey: ['rows', index] })
          ?.invalidate()
    })
    return liveQueries.resumePosition()
  }

  test('at the lowest position in the cache, so that it contains everything that any data lacks', () => {
    expect(start([list(7)], [list(5)], [list(6)])).toEqual(at(5))
  })

  test('where the server decides, if there is no position', () => {
    expect(start()).toBeUndefined()
    expect(start([null])).toBeUndefined()
  })

  test('without considering stale data, which is refetched anyway', () => {
    expect(start([list(7)], [list(5), true])).toEqual(at(7))
  })

  test('where the server decides, if positions cannot be compared', () => {
    expect(start([list(7)], [{ ...list(5), epoch: 2 }])).toBeUndefined()
  })
})

test('a scheduled refetch is cancelled when the connection ends', async () => {
  const { liveQueries, answer, clock, asked, settle } = setUpPositions({ since: () => at(7) })
  await answer(list(5, 1))
  expect(clock.pending).toBe(1)
  liveQueries.end()
  clock.advance(10_000)
  await settle()
  expect([clock.pending, asked.length]).toEqual([0, 1])
})
