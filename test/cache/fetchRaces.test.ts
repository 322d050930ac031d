import { QueryObserver } from '@tanstack/react-query'
import { describe, expect, test } from 'vitest'
import { append, idempotent, patch, upsert } from '../../src/cache/updaters.ts'
import { setUpFetches } from '../support/setUpFetches.ts'

interface Row {
  id: string
  n: number
}

const key = ['rows']

describe('an update during a fetch', () => {
  test('is visible at once if there is data, and is applied over the older response (Q1)', async () => {
    const { answer, refetch, push, data } = setUpFetches()
    await answer([{ id: 'a', n: 1 }])
    await refetch()
    await push(upsert<Row>({ id: 'a', n: 2 }, { by: 'id' }))
    expect(data()).toEqual([{ id: 'a', n: 2 }])
    await answer([{ id: 'a', n: 1 }])
    expect(data()).toEqual([{ id: 'a', n: 2 }])
  })

  test('waits for the first response if there is no data, and is applied over it (Q4)', async () => {
    const { answer, push, data } = setUpFetches()
    await push(upsert<Row>({ id: 'b', n: 2 }, { by: 'id' }))
    expect(data()).toBeUndefined()
    await answer([{ id: 'a', n: 1 }])
    expect(data()).toEqual([
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
    ])
  })

  test('that is a value is visible at once, even before the first response, and is applied over it', async () => {
    const { answer, push, data } = setUpFetches()
    await push('new')
    expect(data()).toBe('new')
    await answer('old')
    expect(data()).toBe('new')
  })

  test('is applied with all other updates of that time, in order', async () => {
    const { answer, push, data } = setUpFetches()
    await push({ n: 1 })
    await push(patch({ a: 1 }), patch({ a: 2 }))
    await answer({ n: 0, a: 0 })
    expect(data()).toEqual({ n: 1, a: 2 })
  })

  test('that is not idempotent and waits for the next frame while the fetch settles is repaired by one more fetch', async () => {
    let frame = () => {}
    const { asked, refetch, data, liveQueries, settle } = setUpFetches({
      scheduleFrame: callback => void (frame = callback),
    })
    asked[0]?.answer([1])
    await settle()
    await refetch()
    // The first message of a frame is written at once, and those after it wait for the next.
    liveQueries.setQueryData(['other'], 1)
    await settle()
    liveQueries.setQueryData(key, append(2))
    asked[1]?.answer([1, 2])
    await settle()
    frame()
    await settle()
    for (const fetch of asked.slice(2)) fetch.answer([1, 2])
    await settle()
    for (const fetch of asked.slice(3)) fetch.answer([1, 2])
    await settle()
    expect(data()).toEqual([1, 2])
  })

  test('that is not idempotent causes exactly one more fetch, because the response may or may not contain it', async () => {
    const { answer, refetch, push, data, asked } = setUpFetches()
    await answer([1])
    await refetch()
    await push(append(2))
    expect(data()).toEqual([1, 2])
    await answer([1, 2])
    expect(asked).toHaveLength(3)
    await answer([1, 2])
    expect([data(), asked.length]).toEqual([[1, 2], 3])
  })

  test('that is marked as idempotent is applied again over the response, and causes no further fetch', async () => {
    const { answer, refetch, push, data, asked } = setUpFetches()
    await answer({ n: 1 })
    await refetch()
    await push(idempotent((data: unknown) => ({ ...(data as object), isOpen: false })))
    await answer({ n: 2, isOpen: true })
    expect([data(), asked.length]).toEqual([{ n: 2, isOpen: false }, 2])
  })

  test('is replaced by a value that comes after it, and then no further fetch follows', async () => {
    const { answer, refetch, push, data, asked } = setUpFetches()
    await answer([1])
    await refetch()
    await push(append(2))
    await push([7])
    await answer([1])
    expect([data(), asked.length]).toEqual([[7], 2])
  })

  test('survives a fetch that fails', async () => {
    const { answer, refetch, push, data, fail } = setUpFetches()
    await answer({ n: 1 })
    await refetch()
    await push(patch({ n: 2 }))
    await fail()
    expect(data()).toEqual({ n: 2 })
  })

  test('survives a fetch that is cancelled, and the query shows no error (Q2)', async () => {
    const { answer, refetch, push, data, state, settle, client } = setUpFetches()
    await answer({ n: 1 })
    await refetch()
    await push(patch({ n: 2 }))
    await client.cancelQueries({ queryKey: key })
    await settle()
    expect(data()).toEqual({ n: 2 })
    expect(state()).toMatchObject({ status: 'success', fetchStatus: 'idle', error: null })
    await refetch()
    await answer({ n: 3 })
    expect(data()).toEqual({ n: 3 })
  })

  test('that is a value survives a first fetch that is cancelled', async () => {
    const { push, data, state, settle, client } = setUpFetches()
    await push({ n: 1 })
    await client.cancelQueries({ queryKey: key })
    await settle()
    expect(data()).toEqual({ n: 1 })
    expect(state()).toMatchObject({ status: 'success', fetchStatus: 'idle', error: null })
  })

  test('survives a refetch whose last reader leaves and aborts it', async () => {
    const { push, state, settle, client } = setUpFetches({ isActive: false })
    const fetches: ((value: unknown) => void)[] = []
    // Reading the signal makes TanStack Query cancel the fetch when no one reads the query any more.
    const queryFn = ({ signal }: { signal: AbortSignal }) =>
      new Promise(resolve => fetches.push(resolve) > 0 && signal.aborted)
    const observer = new QueryObserver(client, { queryKey: key, queryFn })
    const leave = observer.subscribe(() => {})
    fetches[0]?.({ n: 1 })
    await settle()
    void observer.refetch()
    await push(patch({ n: 2 }))
    expect(state()?.fetchStatus).toBe('fetching')
    leave()
    await settle()
    expect(state()).toMatchObject({ data: { n: 2 }, status: 'success', fetchStatus: 'idle', error: null })
  })

  test('gives way to the response of a second fetch, which started after it and contains it', async () => {
    const { answer, refetch, push, data, asked } = setUpFetches()
    await answer({ n: 1 })
    await refetch()
    await push(patch({ n: 2 }))
    await refetch()
    expect(asked).toHaveLength(3)
    await answer({ n: 3 })
    expect(data()).toEqual({ n: 3 })
  })

  test('is applied to one response but not to later ones', async () => {
    const { answer, refetch, push, data } = setUpFetches()
    await push({ n: 2 })
    await answer({ n: 1 })
    await refetch()
    await answer({ n: 3 })
    expect(data()).toEqual({ n: 3 })
  })
})

test('a function keeps the error of a failed first fetch, and the next response contains everything', async () => {
  const { push, data, state, fail, refetch, answer } = setUpFetches()
  await fail()
  await push(upsert<Row>({ id: 'b', n: 2 }, { by: 'id' }))
  expect([data(), state()?.status]).toEqual([undefined, 'error'])
  await refetch()
  await answer([{ id: 'b', n: 2 }])
  expect(data()).toEqual([{ id: 'b', n: 2 }])
})

test('a function that changes data whose refetch failed keeps the error', async () => {
  for (const update of [patch({ n: 2 }), (data: unknown) => ({ ...(data as object), n: 2 })]) {
    const { client, push, data, state, fail, refetch, answer } = setUpFetches()
    await answer({ n: 1 })
    await refetch()
    await fail()
    await push(update)
    expect([data(), state()?.status, state()?.error?.message]).toEqual([{ n: 2 }, 'error', 'down'])
    client.clear()
  }
})

describe('an invalidation', () => {
  test('during a first fetch, which TanStack Query would drop, is repeated after it (Q5)', async () => {
    const { writer, liveQueries, answer, asked, settle, data } = setUpFetches()
    liveQueries.invalidateQueries(key)
    writer.flush()
    await settle()
    expect(asked).toHaveLength(1)
    await answer('old')
    expect(asked).toHaveLength(2)
    await answer('new')
    expect([data(), asked.length]).toEqual(['new', 2])
  })

  test('during a refetch, however often, does not cancel it: one more fetch follows (Q6)', async () => {
    const { writer, liveQueries, answer, refetch, asked, settle, data } = setUpFetches()
    await answer(1)
    await refetch()
    for (let count = 0; count < 3; count++) {
      liveQueries.invalidateQueries(key)
      writer.flush()
      await settle()
    }
    expect(asked).toHaveLength(2)
    await answer(2)
    expect([data(), asked.length]).toEqual([2, 3])
    await answer(3)
    expect([data(), asked.length]).toEqual([3, 3])
  })

  test('after a gap during an unobserved fetch is repeated once that has settled', async () => {
    const { liveQueries, answer, client, state } = setUpFetches({ isActive: false })
    const unwatch = new QueryObserver(client, { queryKey: key }).subscribe(() => {})
    unwatch()
    liveQueries.onResponse(key)
    liveQueries.invalidateAll()
    await answer('old')
    expect(state()?.isInvalidated).toBe(true)
  })

  test('is kept after a patch, by a built-in updater or your own function (Q7)', async () => {
    for (const update of [patch({ n: 2 }), (data: unknown) => ({ ...(data as object), n: 2 })]) {
      const { client, push, state, data } = setUpFetches({ isActive: false })
      client.setQueryData(key, { n: 1 })
      await client.invalidateQueries({ queryKey: key })
      await push(update)
      expect([data(), state()?.isInvalidated]).toEqual([{ n: 2 }, true])
    }
  })

  test('is cleared by a value that replaces all data', async () => {
    const { client, push, state } = setUpFetches({ isActive: false })
    client.setQueryData(key, 1)
    await client.invalidateQueries({ queryKey: key })
    await push(2)
    expect(state()?.isInvalidated).toBe(false)
  })
})

test('the cache is observed only while an update is kept', async () => {
  const { client, answer, push } = setUpFetches()
  const listeners = () => (client.getQueryCache() as unknown as { listeners: Set<unknown> }).listeners.size
  const before = listeners()
  await push('new')
  expect(listeners()).toBe(before + 1)
  await answer('old')
  expect(listeners()).toBe(before)
  await push('newer')
  void client.resetQueries({ queryKey: key })
  await push('newest')
  client.clear()
  expect(listeners()).toBe(before)
})

test('updaters applied to a missing query show a partial value, which the first reader that can fetch refetches (Q8)', async () => {
  const { push, data, state, watch, asked, answer } = setUpFetches({ isActive: false })
  await push(upsert<Row>({ id: 'b', n: 2 }, { by: 'id' }))
  expect([data(), state()?.isInvalidated]).toEqual([[{ id: 'b', n: 2 }], true])
  watch()
  expect(asked).toHaveLength(1)
  await answer([
    { id: 'a', n: 1 },
    { id: 'b', n: 2 },
  ])
  expect(data()).toHaveLength(2)
})
