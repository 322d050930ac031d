import { type Query, skipToken } from '@tanstack/react-query'
import { assertNumbers, refusePromise } from '../core/validation.ts'
import type { PollingOptions } from './pollingOptions.ts'

/** A component that polls. */
export interface PollUser {
  options: PollingOptions
  /** Polls, or joins the poll in progress. */
  poll(): void
}

/** What one component needs from the loop. */
export interface PollDemand {
  user: PollUser
  /** In ms. */
  interval: number
}

/** What a component needs from the loop now; `undefined` if it wants no polls. */
export function demandOf(user: PollUser, query: Query | undefined): PollDemand | undefined {
  if (!isEnabled(user, query)) return undefined
  const { interval, stopWhen } = user.options
  const { data, error = null } = query?.state ?? {}
  const hasResult = data !== undefined || error !== null
  if (hasResult && attempt(() => refusePromise(stopWhen?.(data, error), '"stopWhen"'))) return undefined
  const ms = typeof interval === 'function' ? attempt(() => checked(interval(data))) : interval
  return ms && ms > 0 && ms < Infinity ? { user, interval: ms } : undefined
}

/** Whether a component may poll at all. */
export function isEnabled({ options }: PollUser, query: Query | undefined): boolean {
  const { enabled, subscribed, queryFn } = options
  if (subscribed === false || queryFn === skipToken) return false
  return typeof enabled === 'function' ? !query || enabled(query) : enabled !== false
}

function checked(interval: number | false): number | false {
  refusePromise(interval, '"interval"')
  assertNumbers({ interval })
  return interval
}

/** The application's functions run inside TanStack Query's dispatch, where a throw would look like a failed poll. */
function attempt<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    setTimeout(() => {
      throw error
    })
    return undefined
  }
}
