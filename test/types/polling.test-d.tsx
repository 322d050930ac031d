import { QueryClient, skipToken } from '@tanstack/react-query'
import { expectTypeOf } from 'vitest'
import {
  pollingOptions,
  type PollingResult,
  type SuspensePollingResult,
  usePolling,
  useSocket,
  useSuspensePolling,
} from 'react-query-realtime'

interface Job {
  state: 'running' | 'done'
  progress: number
}

const interval = 1_000
const client = new QueryClient()
const jobPoll = pollingOptions<Job>({ url: '/jobs/1', interval })

// A shared definition has a key, and the key carries the type of the data.
expectTypeOf(client.getQueryData(jobPoll.queryKey)).toEqualTypeOf<Job | undefined>()
// @ts-expect-error the data of that key is a job
client.setQueryData(jobPoll.queryKey, 'done')

export function Inference() {
  expectTypeOf(usePolling(jobPoll).data).toEqualTypeOf<Job | undefined>()
  expectTypeOf(usePolling<Job>({ url: '/jobs/1', interval })).toEqualTypeOf<PollingResult<Job>>()

  // `select` makes the data; it knows what it selects from by its parameter, `queryFn`, `parse` or the type arguments.
  const progress = usePolling({ url: '/jobs/1', interval, select: (job: Job) => job.progress })
  expectTypeOf(progress.data).toEqualTypeOf<number | undefined>()
  const queryFn = (): Job => ({ state: 'running', progress: 1 })
  const queryKey = ['job']
  expectTypeOf(usePolling({ queryKey, queryFn, interval, select: job => job.progress }).data).toEqualTypeOf<
    number | undefined
  >()
  const parsed = usePolling({
    url: '/jobs/1',
    interval,
    parse: body => {
      expectTypeOf(body).toEqualTypeOf<string>()
      return JSON.parse(body) as Job
    },
    select: job => job.state,
  })
  expectTypeOf(parsed.data).toEqualTypeOf<Job['state'] | undefined>()
  const selected = usePolling<Job, Error, number>({ url: '/jobs/1', interval, select: job => job.progress })
  expectTypeOf(selected.data).toEqualTypeOf<number | undefined>()
  const shared = pollingOptions({ url: '/jobs/1', interval, select: (job: Job) => job.progress })
  expectTypeOf(usePolling(shared).data).toEqualTypeOf<number | undefined>()
  expectTypeOf(client.getQueryData(shared.queryKey)).toEqualTypeOf<Job | undefined>()

  // `initialData` makes the data defined.
  const initialData: Job = { state: 'running', progress: 0 }
  expectTypeOf(usePolling<Job>({ url: '/jobs/1', interval, initialData }).data).toEqualTypeOf<Job>()
  expectTypeOf(
    usePolling({ queryKey, queryFn, interval, initialData: () => initialData }).data,
  ).toEqualTypeOf<Job>()
  const defined = pollingOptions<Job>({ url: '/jobs/1', interval, initialData })
  expectTypeOf(usePolling(defined).data).toEqualTypeOf<Job>()

  // `interval` gets the last response, which may be missing, after the data.
  usePolling<Job>({
    url: '/jobs/1',
    interval: (job, response) => {
      expectTypeOf(job).toEqualTypeOf<Job | undefined>()
      expectTypeOf(response?.status).toEqualTypeOf<number | undefined>()
      return Number(response?.headers.get('x-poll-interval'))
    },
  })

  // `stopWhen` gets the data, which may be missing, and the error of the last poll.
  usePolling<Job>({
    url: '/jobs/1',
    interval: job => (job?.state === 'done' ? false : interval),
    stopWhen: (job, error) => {
      expectTypeOf(job).toEqualTypeOf<Job | undefined>()
      expectTypeOf(error).toEqualTypeOf<Error | null>()
      return error !== null
    },
  })
  // @ts-expect-error there may be no data
  usePolling<Job>({ url: '/jobs/1', interval, stopWhen: job => job.state === 'done' })

  // Why polls are paused is a set of reasons; a connection has others.
  expectTypeOf(usePolling(jobPoll).pausedBy).toEqualTypeOf<ReadonlySet<'hidden' | 'offline' | 'user'>>()
  expectTypeOf(useSocket({ url: '/socket' }).pausedBy).toEqualTypeOf<ReadonlySet<'hidden' | 'frozen'>>()
}

export function Suspending({ isWanted }: { isWanted: boolean }) {
  // The data is always defined, and a shared definition fits both hooks.
  expectTypeOf(useSuspensePolling(jobPoll).data).toEqualTypeOf<Job>()
  expectTypeOf(useSuspensePolling<Job>({ url: '/jobs/1', interval })).toEqualTypeOf<
    SuspensePollingResult<Job>
  >()
  expectTypeOf(useSuspensePolling(jobPoll).status).toEqualTypeOf<'error' | 'success'>()
  expectTypeOf(useSuspensePolling(jobPoll).nextPollAt).toEqualTypeOf<number | null>()
  const queryFn = (): Job => ({ state: 'running', progress: 1 })
  const queryKey = ['job']
  expectTypeOf(
    useSuspensePolling({ queryKey, queryFn, interval, select: job => job.progress }).data,
  ).toEqualTypeOf<number>()
  const defined = pollingOptions<Job>({ url: '/jobs/1', interval, initialData: queryFn() })
  expectTypeOf(useSuspensePolling(defined).data).toEqualTypeOf<Job>()

  // Suspense has no disabled state, and no data before the first.
  // @ts-expect-error a poll that is skipped never has data
  useSuspensePolling({ queryKey, queryFn: isWanted ? queryFn : skipToken, interval })
  // @ts-expect-error nor does one that is defined elsewhere
  useSuspensePolling(pollingOptions<Job>({ queryKey, queryFn: isWanted ? queryFn : skipToken, interval }))
  // @ts-expect-error a disabled poll never has data
  useSuspensePolling<Job>({ url: '/jobs/1', interval, enabled: false })
  // @ts-expect-error the fallback of `<Suspense>` takes its place
  useSuspensePolling<Job>({ url: '/jobs/1', interval, placeholderData: queryFn() })
  // @ts-expect-error an error without data is always thrown
  useSuspensePolling<Job>({ url: '/jobs/1', interval, throwOnError: false })
}
