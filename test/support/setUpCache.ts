import { QueryClient } from '@tanstack/react-query'
import { LiveQueries, type LiveQueriesOptions } from '../../src/cache/liveQueries.ts'
import { MessageRules } from '../../src/cache/messageRules.ts'
import { QueryWriter, type QueryWriterOptions } from '../../src/cache/queryWriter.ts'
import { FakeClock } from './fakeClock.ts'

/** A query client with a writer and a connection's liveQueries. Nothing is written but by `writer.flush`, unless there are frames. */
export function setUpCache(
  options: Partial<LiveQueriesOptions & Pick<QueryWriterOptions, 'scheduleFrame' | 'guard'>> = {},
) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const clock = new FakeClock()
  const rules = new MessageRules()
  const writer = new QueryWriter({
    client: () => client,
    clock,
    scheduleFrame: () => undefined,
    batch: call => call(),
    guard: call => call(),
    ...options,
  })
  const createLiveQueries = (more: Partial<LiveQueriesOptions> = {}) =>
    new LiveQueries({
      client: () => client,
      writer,
      clock,
      rules,
      sources: () => [],
      since: () => undefined,
      maxQueries: () => 10_000,
      dropped: () => undefined,
      outdated: () => undefined,
      failed: (_type, error) => {
        throw error
      },
      ...options,
      ...more,
    })
  return { client, clock, rules, writer, createLiveQueries, liveQueries: createLiveQueries() }
}
