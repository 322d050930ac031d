import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Updater } from '../../src/cache/updater.ts'
import { append, patch, remove, upsert } from '../../src/cache/updaters.ts'
import { QueryWriter } from '../../src/cache/queryWriter.ts'
import { hashValue } from '../../src/core/hash.ts'
import { FakeClock } from '../support/fakeClock.ts'

/** A writer whose frames are controlled by the test. `writes` are the data changes that cache listeners saw. */
function setup() {
  let client = new QueryClient()
  const frames: (() => void)[] = []
  const errors: unknown[] = []
  const writes: unknown[] = []
  const watch = (watched: QueryClient) =>
    watched.getQueryCache().subscribe(event => {
      const isWrite = event.type === 'updated' && ['success', 'setState'].includes(event.action.type)
      if (isWrite) writes.push(event.query.state.data)
    })
  watch(client)
  const writer = new QueryWriter({
    queryClient: client,
    clock: new FakeClock(),
    scheduleFrame: callback => void frames.push(callback),
    batch: call => call(),
    onError: error => void errors.push(error),
  })
  return {
    writer,
    writes,
    errors,
    frames,
    get client() {
      return client
    },
    use(next: QueryClient) {
      client = next
      watch(next)
      writer.setQueryClient(next)
    },
    write: (key: string, update: unknown) =>
      writer.write(hashValue([key]), [key], {
        updater: typeof update === 'function' ? (update as Updater<unknown>) : undefined,
        value: update,
        type: 'message',
        hasFailed: false,
        isSubscribed: false,
        report: event => void errors.push(event),
      }),
    invalidate: (...key: string[]) => writer.invalidate(hashValue(key), key),
    data: (key: string) => client.getQueryData([key]),
    frame: () => frames.splice(0).forEach(call => call()),
  }
}
const task = () => new Promise(resolve => setTimeout(resolve, 0))
const add = (by: number) => (data: unknown) => ((data as number | undefined) ?? 0) + by

describe('a write', () => {
  test('is in the cache at the end of its task, if nothing was written lately', async () => {
    const { write, data } = setup()
    write('a', 1)
    expect(data('a')).toBeUndefined()
    await Promise.resolve()
    expect(data('a')).toBe(1)
  })

  test('happens once per key in a flush, however many updates came', async () => {
    const { write, data, client } = setup()
    client.setQueryData(['a'], 0)
    client.setQueryData(['b'], 0)
    const told: string[] = []
    client.getQueryCache().subscribe(({ query }) => told.push(query.queryHash))
    for (let count = 0; count < 1_000; count++) {
      write('a', add(1))
      write('b', add(2))
    }
    await Promise.resolve()
    expect([data('a'), data('b')]).toEqual([1_000, 2_000])
    await task()
    expect(told.filter(hash => hash === '["a"]')).toHaveLength(1)
    expect(told.filter(hash => hash === '["b"]')).toHaveLength(1)
  })

  test('after a flush waits for the frame, and then there is one flush a frame', async () => {
    const { write, data, frame } = setup()
    write('a', 1)
    await Promise.resolve()
    for (const value of [2, 3, 4]) {
      write('a', value)
      await task()
      expect(data('a')).toBe(value === 2 ? 1 : value - 1)
      frame()
      expect(data('a')).toBe(value)
    }
  })

  test('after an idle frame happens at once again, and requests no frame meanwhile', async () => {
    const { write, data, frame, frames } = setup()
    write('a', 1)
    await Promise.resolve()
    frame()
    expect(frames).toHaveLength(0)
    write('a', 2)
    await Promise.resolve()
    expect(data('a')).toBe(2)
  })

  test('keeps the order of values and functions', async () => {
    const { write, data } = setup()
    for (const update of [add(5), 10, add(1), add(1)]) write('a', update)
    for (const update of [1, add(1), 7]) write('b', update)
    await Promise.resolve()
    expect([data('a'), data('b')]).toEqual([12, 7])
  })

  test('is a success to those who listen to the cache, such as broadcastQueryClient, by whatever update', async () => {
    const { write, client, frame } = setup()
    client.setQueryData(['a'], [{ id: 1 }])
    const events: unknown[] = []
    client.getQueryCache().subscribe(event => {
      if (event.type === 'updated') events.push([event.action.type, event.query.state.data])
    })
    const updates = [
      [append({ id: 2 }), [{ id: 1 }, { id: 2 }]],
      [upsert({ id: 1, a: 1 }, { by: 'id' }), [{ id: 1, a: 1 }, { id: 2 }]],
      [
        patch({ id: 2, b: 1 }, { by: 'id' }),
        [
          { id: 1, a: 1 },
          { id: 2, b: 1 },
        ],
      ],
      [remove(1, { by: 'id' }), [{ id: 2, b: 1 }]],
      [(rows: unknown) => [...(rows as []), { id: 3 }], [{ id: 2, b: 1 }, { id: 3 }]],
      [[], []],
    ] as const
    for (const [update] of updates) {
      write('a', update)
      await Promise.resolve()
      frame()
    }
    expect(events).toEqual(updates.map(([, data]) => ['success', data]))
  })

  test('by an updater of this package is not compared: structuralSharing applies to values and your own functions', async () => {
    const { write, client, frame } = setup()
    const compared: unknown[] = []
    const structuralSharing = (_before: unknown, data: unknown) => {
      compared.push(data)
      return data
    }
    const query = client.getQueryCache().build(client, { queryKey: ['a'], structuralSharing })
    const { options } = query
    for (const update of [append(1), append(2), (rows: unknown) => rows && [3], [4]]) {
      write('a', update)
      await Promise.resolve()
      frame()
    }
    expect(compared).toEqual([[3], [4]])
    expect(query.options).toBe(options)
  })

  test('of undefined, or by a function that returns its input, changes nothing', async () => {
    const { write, client, writes } = setup()
    client.setQueryData(['a'], 1)
    writes.length = 0
    write('a', (data: unknown) => data)
    write('b', undefined)
    write('c', () => undefined)
    await Promise.resolve()
    await task()
    expect([writes, client.getQueryCache().getAll().length]).toEqual([[], 1])
  })

  test('by a function that returns undefined keeps the changes before and after it', async () => {
    const { write, data } = setup()
    for (const update of [1, () => undefined, add(2)]) write('a', update)
    await Promise.resolve()
    expect(data('a')).toBe(3)
  })

  test('goes to the client that is current at the flush', async () => {
    const all = setup()
    const former = all.client
    all.write('a', 1)
    all.use(new QueryClient())
    await Promise.resolve()
    expect([former.getQueryData(['a']), all.data('a')]).toEqual([undefined, 1])
  })

  test('is written at once by flush, and only once', async () => {
    const { writer, write, data, frame } = setup()
    write('a', add(1))
    expect(writer.isPending('["a"]')).toBe(true)
    writer.flush()
    expect([data('a'), writer.isPending('["a"]')]).toEqual([1, false])
    await Promise.resolve()
    frame()
    expect(data('a')).toBe(1)
  })
})

describe('an update that throws', () => {
  test('affects no other update of its key, no other key, and no later flush', async () => {
    const { write, data, errors, frame } = setup()
    write('a', add(1))
    write('a', () => {
      throw new Error('mine')
    })
    write('a', add(1))
    write('b', upsert({ id: 1 }, { by: 'id' }))
    await Promise.resolve()
    expect([data('a'), data('b'), errors.length]).toEqual([2, [{ id: 1 }], 1])
    frame()
    write('a', add(1))
    await Promise.resolve()
    expect(data('a')).toBe(3)
  })

  test('because the data is not a list keeps the data', async () => {
    const { write, data, client, errors } = setup()
    client.setQueryData(['a'], { not: 'a list' })
    write('a', append({ id: 1 }, { by: 'id' } as object))
    write('a', remove(1, { by: 'id' }))
    await Promise.resolve()
    expect([data('a'), errors.length]).toEqual([{ not: 'a list' }, 2])
  })
})

describe('with structural sharing,', () => {
  test('a value that equals the cached one keeps its identity', async () => {
    const { write, data, client } = setup()
    const before = { rows: [{ id: 1 }], total: 1 }
    client.setQueryData(['a'], before)
    write('a', { rows: [{ id: 1 }], total: 2 })
    await Promise.resolve()
    expect(data('a')).not.toBe(before)
    expect((data('a') as typeof before).rows).toBe(before.rows)
  })

  test('unchanged rows of an updated list keep theirs, and neither cached nor received data is mutated', async () => {
    const { write, data, client } = setup()
    const before = [{ id: 1 }, { id: 2 }]
    const sent = [{ id: 7 }]
    client.setQueryData(['a'], before)
    const [first] = client.getQueryData<object[]>(['a']) ?? []
    write('a', upsert({ id: 2, name: 'x' }, { by: 'id' }))
    write('a', append({ id: 3 }))
    write('b', sent)
    write('b', append({ id: 8 }))
    await Promise.resolve()
    expect(data('a')).toEqual([{ id: 1 }, { id: 2, name: 'x' }, { id: 3 }])
    expect((data('a') as object[])[0]).toBe(first)
    expect([before, sent]).toEqual([[{ id: 1 }, { id: 2 }], [{ id: 7 }]])
    expect(data('b')).toEqual([{ id: 7 }, { id: 8 }])
  })

  test('an updater keeps a stale query stale', async () => {
    const { write, client } = setup()
    client.setQueryData(['a'], { n: 1 })
    await client.invalidateQueries({ queryKey: ['a'] })
    write('a', patch({ n: 2 }))
    await Promise.resolve()
    expect(client.getQueryState(['a'])).toMatchObject({
      data: { n: 2 },
      isInvalidated: true,
      status: 'success',
    })
  })
})

describe('an invalidation', () => {
  test('comes after the writes of its flush, and happens once however often it was requested', async () => {
    const { write, invalidate, client } = setup()
    client.setQueryData(['a'], 0)
    const order: unknown[] = []
    const queryFn = () => {
      order.push(client.getQueryData(['a']))
      return 2
    }
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn, staleTime: Infinity })
    onTestFinished(observer.subscribe(() => undefined))
    for (let count = 0; count < 5; count++) invalidate('a')
    write('a', 1)
    await Promise.resolve()
    await task()
    expect(order).toEqual([1])
  })

  test('affects every query whose key begins with it', async () => {
    const { invalidate, client } = setup()
    for (const key of [['a'], ['a', 'x'], ['b']]) client.setQueryData(key, 0)
    invalidate('a')
    await Promise.resolve()
    const stale = client
      .getQueryCache()
      .getAll()
      .filter(({ state }) => state.isInvalidated)
    expect(stale.map(({ queryHash }) => queryHash)).toEqual(['["a"]', '["a","x"]'])
  })
})
