import { QueryClient, QueryObserver } from '@tanstack/react-query'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { append, upsert } from '../../src/cache/updaters.ts'
import { tokenInHeader } from '../../src/core/tokens.ts'
import { HTTP } from '../../src/core/transport.ts'
import { ClientCore } from '../../src/providers/clientCore.ts'
import { SharedConnection } from '../../src/providers/sharedConnection.ts'
import type { ConnectionOptions } from '../../src/providers/options.ts'
import { FakeTransport } from '../support/fakeTransport.ts'
import { anything } from '../support/schemas.ts'

interface Row {
  id: string
  user: string
}

const key = ['rows']
const turn = () => vi.advanceTimersByTimeAsync(0)

/** A signed-in user: a provider with an open connection, whose messages carry the user's name. */
async function signIn(user: string, queryClient: QueryClient) {
  const transport = new FakeTransport()
  const log: string[] = []
  const client = new ClientCore(
    {
      baseUrl: 'https://api.test',
      getToken: ({ reason }) => (log.push(`token ${reason}`), user),
      onEvent: ({ kind }) => log.push(kind),
    },
    queryClient,
  )
  const unmount = client.mount()
  const later = (value: unknown) => Promise.resolve({ value })
  const slow = { '~standard': { ...anything['~standard'], validate: later } }
  const options = {
    url: 'https://api.test/events',
    messages: { slow: slow as typeof anything },
    on: {
      upsert: ({ response }, cache) => cache.setQueryData(key, upsert(response as Row, { by: 'id' })),
      append: ({ response }, cache) => cache.setQueryData(key, append(response as Row)),
      slow: ({ response }, cache) => cache.setQueryData(key, upsert(response as Row, { by: 'id' })),
      changed: (_message, cache) => cache.invalidateQueries(key),
    },
  } as ConnectionOptions
  const definition = {
    transport: 'serverEvents' as const,
    ...HTTP,
    identity: () => null,
    plan: () => ({ request: {}, attachToken: tokenInHeader() }),
    createTransport: () => transport,
  }
  const { value: shared } = client.connections.acquire(
    'events',
    () => new SharedConnection({ client, definition, key: 'events', url: '' }, options),
  )
  shared.configure({}, options)
  shared.start()
  await turn()
  transport.last.sink.onOpen({ resumed: false })
  await turn()
  let ids = 0
  return {
    log,
    transport,
    unmount,
    push: (type: string) => {
      const response = { id: `${user}${++ids}`, user }
      transport.last.sink.onMessage(JSON.stringify({ type, response }), {})
    },
    fail: () => transport.last.sink.onFailure({ kind: 'network' }),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const step = fc.constantFrom(
  'push upsert',
  'push append',
  'push slow',
  'push changed',
  'refetch',
  'answer',
  'frame',
  'second',
  'gap',
)
const cleaning = fc.constantFrom('none' as const, 'reset' as const, 'clear' as const, 'removed' as const)

test('after another user signs in, at any point of a fetch, push, flush or refetch, nothing of the previous user is written, fetched or reported', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 12 }),
    cleaning,
    fc.boolean(),
    async (steps, clean, isSameTask) => {
      const queryClient = new QueryClient({
        defaultOptions: { queries: { retry: false, staleTime: Infinity } },
      })
      let fetches: ((rows: Row[]) => void)[] = []
      let count = 0
      const queryFn = () => new Promise<Row[]>(resolve => (count++, fetches.push(resolve)))
      const observer = new QueryObserver(queryClient, { queryKey: key, queryFn })
      const unwatch = observer.subscribe(() => undefined)
      const a = await signIn('a', queryClient)
      for (const name of steps) {
        if (name.startsWith('push ')) a.push(name.slice(5))
        if (name === 'refetch') void queryClient.refetchQueries({ queryKey: key })
        if (name === 'answer') fetches.shift()?.([{ id: 'server', user: 'server' }])
        if (name === 'frame') await vi.advanceTimersByTimeAsync(20)
        if (name === 'second') await vi.advanceTimersByTimeAsync(1_000)
        if (name === 'gap') {
          a.fail()
          await vi.advanceTimersByTimeAsync(3_000)
          a.transport.last.sink.onOpen({ resumed: false })
        }
        if (!isSameTask) await turn()
      }
      a.unmount()
      await Promise.resolve()
      await Promise.resolve()
      if (clean === 'reset') void queryClient.resetQueries({ queryKey: key })
      if (clean === 'clear') queryClient.clear()
      if (clean === 'removed') queryClient.removeQueries({ queryKey: key })
      queryClient.setQueryData(key, [])
      const reported = a.log.length
      const attempts = a.transport.attempts.length
      const fetched = count
      a.push('upsert')
      a.push('slow')
      await vi.advanceTimersByTimeAsync(10)
      for (const answer of fetches) answer([{ id: 'b', user: 'b' }])
      fetches = []
      await vi.advanceTimersByTimeAsync(5_000)
      for (const answer of fetches) answer([{ id: 'b', user: 'b' }])
      await vi.advanceTimersByTimeAsync(5_000)
      const rows = queryClient.getQueryData<Row[]>(key) ?? []
      expect(rows.filter(({ user }) => user === 'a')).toEqual([])
      expect(a.log.slice(reported)).toEqual([])
      expect([a.transport.attempts.length, count]).toEqual([attempts, fetched])
      unwatch()
      queryClient.clear()
    },
  )
  const seed = Number(process.env['DISPOSAL_SEED'] ?? Date.now()) | 0
  console.info(`seed ${seed}`)
  await fc.assert(property, { numRuns: 150, seed })
}, 120_000)
