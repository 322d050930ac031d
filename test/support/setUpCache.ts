import { QueryClient } from '@tanstack/react-query'
import { Feed, type FeedOptions } from '../../src/cache/liveQueries.ts'
import { MessageTable } from '../../src/cache/messageRules.ts'
import { QueryWriter, type QueryWriterOptions } from '../../src/cache/queryWriter.ts'
import { FakeClock } from './fakeClock.ts'

/** A query client with a writer and a connection's feed. Nothing is written but by `writer.flush`, unless there are frames. */
export function setUpCache(
  options: Partial<FeedOptions & Pick<QueryWriterOptions, 'scheduleFrame' | 'guard'>> = {},
) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const clock = new FakeClock()
  const table = new MessageTable()
  const writer = new QueryWriter({
    client: () => client,
    clock,
    scheduleFrame: () => undefined,
    batch: call => call(),
    guard: call => call(),
    ...options,
  })
  const createFeed = (more: Partial<FeedOptions> = {}) =>
    new Feed({
      client: () => client,
      writer,
      clock,
      table,
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
  return { client, clock, table, writer, createFeed, feed: createFeed() }
}
