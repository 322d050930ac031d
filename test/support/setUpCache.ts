import { QueryClient } from '@tanstack/react-query'
import { LiveQueries, type LiveQueriesOptions, type LiveQuery } from '../../src/cache/liveQueries.ts'
import { MessageRules } from '../../src/cache/messageRules.ts'
import { QueryWriter, type QueryWriterOptions } from '../../src/cache/queryWriter.ts'
import { FakeClock } from './fakeClock.ts'

export interface CacheSetup
  extends Partial<LiveQueriesOptions>, Partial<Pick<QueryWriterOptions, 'scheduleFrame' | 'onError'>> {
  sources?: readonly LiveQuery[]
  maxQueries?: number
}

/** A query client with a writer and the live queries of a connection. Nothing is written but by `writer.flush`, unless there are frames. */
export function setUpCache({ sources = [], maxQueries = 10_000, ...options }: CacheSetup = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const clock = new FakeClock()
  const rules = new MessageRules()
  const writer = new QueryWriter({
    queryClient: client,
    clock,
    scheduleFrame: () => undefined,
    batch: call => call(),
    onError(error) {
      throw error
    },
    ...options,
  })
  const configure = (liveQueries: LiveQueries) => liveQueries.configure({ liveQueries: sources, maxQueries })
  const createLiveQueries = (more: Partial<LiveQueriesOptions> = {}) => {
    const liveQueries = new LiveQueries({
      writer,
      clock,
      rules,
      closeDelay: () => 0,
      since: () => undefined,
      report(event) {
        if (event.kind === 'handler-error') throw event.error
      },
      ...options,
      ...more,
    })
    configure(liveQueries)
    return liveQueries
  }
  return { client, clock, rules, writer, createLiveQueries, configure, liveQueries: createLiveQueries() }
}
