import {
  focusManager,
  onlineManager,
  type Query,
  type QueryCache,
  type QueryCacheNotifyEvent,
  skipToken,
} from '@tanstack/react-query'
import { systemClock } from '../core/platform.ts'
import { RealtimeError } from '../core/errors.ts'
import type { PauseReason } from '../core/connectionState.ts'
import { delayAbove, pollDelay } from '../core/backoff.ts'
import { assertNumbers, refusePromise } from '../core/validation.ts'
import type { PollingOptions } from './pollingOptions.ts'

/** The state of a polling loop. */
export interface PollingState {
  /** Whether polls continue. They do not while disabled, stopped, or paused (see `pausedBy`). */
  readonly isPolling: boolean
  /** The time of the next poll, or of the one in progress, in ms since the epoch; `null` if none is planned. */
  readonly nextPollAt: number | null
  /**
   * Every reason why polls are paused now: `'hidden'`, `'offline'`, `'user'` (`pause()`). The set is empty while nothing
   * pauses them. While offline it still polls once a minute, because `navigator.onLine` is unreliable.
   */
  readonly pausedBy: ReadonlySet<PauseReason>
}

/** The state before there is a loop. */
export const NO_POLLING: PollingState = { isPolling: false, nextPollAt: null, pausedBy: new Set() }

/** The interval while offline (ms). */
const OFFLINE_INTERVAL = 60_000
/** How far the wall clock and the monotonic clock may differ without either having been set (ms). */
const ROUNDING = 1_000
/** A longer timer would be late by the time the machine slept (ms). */
const MAX_TIMER = 20_000

interface Plan extends Omit<PollingState, 'nextPollAt'> {
  demand: PollDemand | undefined
  /** When the next poll is due, on the monotonic clock (ms). */
  dueAt: number | null
}

/**
 * The only loop of a query, however many components poll it. It has its own timers: `refetchInterval` runs
 * one per component and restarts with each `setQueryData`, so that pushes would starve it.
 */
export class Poller {
  snapshot = NO_POLLING
  readonly #users = new Map<{ readonly current: PollUser }, () => void>()
  readonly #cache: QueryCache
  readonly #hash: string
  #undo: (() => void)[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #isFetching = false
  #isFirst = true
  #isWanted = true
  #isPausedByUser = false
  /** Since when the next poll is due at once (ms). Fixed, because a moving time would re-render slow components in a loop. */
  #urgentSince: number | null = null
  #failures = 0
  #settledAt: number
  /** The wait that the server requested after the last failure (ms). */
  #floor = 0
  #dueAt: number | null = null
  #floorUntil = 0
  #random = Math.random()

  constructor(cache: QueryCache, hash: string) {
    this.#cache = cache
    this.#hash = hash
    const { dataUpdatedAt, errorUpdatedAt } = this.#query?.state ?? {}
    const updatedAt = Math.max(dataUpdatedAt ?? 0, errorUpdatedAt ?? 0) || Date.now()
    this.#settledAt = now() - Math.max(0, Date.now() - updatedAt)
  }

  /**
   * Adds a user; `notify` is called when the snapshot has changed. The returned function removes it, and
   * returns whether it was the last.
   */
  join(user: { readonly current: PollUser }, notify: () => void): () => boolean {
    if (this.#users.size === 0) this.#start()
    this.#users.set(user, notify)
    this.look()
    return () => {
      this.#users.delete(user)
      if (this.#users.size > 0) this.look()
      else this.#stop()
      return this.#users.size === 0
    }
  }

  pause(): void {
    this.#isPausedByUser = true
    this.look()
  }

  resume(): void {
    this.#isPausedByUser = false
    this.look()
    const query = this.#query
    if (this.#isWanted || !query?.state.error) return
    // An error ended the polls. They continue if this one succeeds.
    const user = [...this.#users.keys()].find(({ current }) => isEnabled(current, query))
    user?.current.poll()
  }

  /** Schedules the next poll again, with the latest options and data. */
  look = (): void => {
    this.#isFetching = this.#readIsFetching()
    const plan = this.#plan()
    this.#publish(plan)
    clearTimeout(this.#timer)
    if (this.#isFetching || !plan.demand || plan.dueAt === null) return
    const wait = Math.ceil(Math.max(0, plan.dueAt - now()))
    this.#timer = setTimeout(this.#tick, Math.min(wait, MAX_TIMER))
  }

  get #query(): Query | undefined {
    return this.#cache.get(this.#hash)
  }

  #readIsFetching(): boolean {
    return (this.#query?.state.fetchStatus ?? 'idle') !== 'idle'
  }

  #start(): void {
    const hint = () => {
      if (this.#failures > 0 && !isHidden() && !isOffline()) this.#urgentSince ??= now()
      this.look()
    }
    // TanStack Query's managers, because applications configure them for other platforms; and the page itself
    // for what they miss.
    this.#undo = [
      this.#cache.subscribe(this.#observe),
      focusManager.subscribe(hint),
      onlineManager.subscribe(hint),
      ...['visibilitychange', 'online', 'offline', 'pageshow', 'resume'].map(type => {
        globalThis.addEventListener?.(type, hint, true)
        return () => globalThis.removeEventListener?.(type, hint, true)
      }),
    ]
  }

  #stop(): void {
    clearTimeout(this.#timer)
    for (const undo of this.#undo) undo()
  }

  #observe = (event: QueryCacheNotifyEvent): void => {
    if (event.query.queryHash !== this.#hash || !['updated', 'removed'].includes(event.type)) return
    if (event.type === 'updated') this.#count(event.action)
    if (this.#isFetching && !this.#readIsFetching()) this.#settle()
    this.look()
  }

  #count(action: { type: string; error?: unknown; manual?: boolean | undefined }): void {
    if (action.type === 'success' && !action.manual) this.#failures = this.#floor = 0
    if (action.type !== 'error') return
    this.#failures++
    // Only for our own errors: in others, the property may be in seconds.
    const { retryAfter } = (action.error instanceof RealtimeError ? action.error : {}) as {
      retryAfter?: number
    }
    this.#floor = retryAfter ?? 0
  }

  #settle(): void {
    this.#settledAt = now()
    this.#random = Math.random()
    this.#floorUntil = this.#settledAt + delayAbove(this.#floor, this.#floor, this.#random)
    this.#urgentSince = null
  }

  #tick = (): void => {
    const { demand, dueAt } = this.#plan()
    if (!demand || dueAt === null || dueAt > now()) return this.look()
    this.#isFirst = false
    demand.user.poll()
  }

  #plan(): Plan {
    const query = this.#query
    const demands = [...this.#users.keys()].flatMap(user => demandOf(user.current, query) ?? [])
    const wanted = isFinal(query?.state.error) ? [] : demands
    const isAway = isHidden()
    const awake = isAway ? wanted.filter(({ user }) => user.options.whenHidden === 'stay') : wanted
    const pausedBy = new Set<PauseReason>()
    if (this.#isPausedByUser) pausedBy.add('user')
    if (wanted.length > awake.length && awake.length === 0) pausedBy.add('hidden')
    if (isOffline()) pausedBy.add('offline')
    const demand = awake.sort((a, b) => a.interval - b.interval)[0]
    const isPolling = demand !== undefined && pausedBy.size === 0
    this.#turn(wanted.length > 0, isPolling)
    const dueAt = demand && !this.#isPausedByUser ? this.#findDue(demand, pausedBy.has('offline')) : null
    return { isPolling, dueAt, pausedBy, demand }
  }

  /** A paused poll is due at once; a disabled one is not overdue. */
  #turn(isWanted: boolean, isPolling: boolean): void {
    if (isWanted && !this.#isWanted) this.#settledAt = now()
    this.#isWanted = isWanted
    if (isPolling && this.snapshot.pausedBy.size > 0) this.#urgentSince ??= now()
  }

  #findDue({ interval, user }: PollDemand, offline: boolean): number | null {
    if (this.#isFetching) return this.#dueAt
    const delay = pollDelay({
      interval,
      failures: this.#failures,
      backoff: user.options.backoff,
      floor: this.#floor,
      random: this.#random,
      isFirst: this.#isFirst,
    })
    if (offline) return Math.max(this.#settledAt + Math.max(delay, OFFLINE_INTERVAL), this.#floorUntil)
    return Math.max(this.#urgentSince ?? this.#settledAt + delay, this.#floorUntil)
  }

  /** Returns the same time while it means the same moment: rounding must not cause a render. */
  #toWallClock(dueAt: number | null): number | null {
    if (dueAt === null) return null
    const shown = Math.ceil(Date.now() + dueAt - now())
    const before = this.snapshot.nextPollAt
    const isSame = dueAt === this.#dueAt && before !== null && Math.abs(shown - before) < ROUNDING
    return isSame ? before : shown
  }

  #publish({ isPolling, dueAt, pausedBy }: Plan): void {
    const before = this.snapshot
    const nextPollAt = this.#toWallClock(dueAt)
    this.#dueAt = dueAt
    const isSamePause = [...pausedBy].join() === [...before.pausedBy].join()
    if (isSamePause && isPolling === before.isPolling && nextPollAt === before.nextPollAt) return
    this.snapshot = { isPolling, nextPollAt, pausedBy: isSamePause ? before.pausedBy : pausedBy }
    for (const notify of this.#users.values()) notify()
  }
}

/** For deadlines, because the wall clock can be set. */
const now = () => systemClock.elapsed()

function isHidden(): boolean {
  return !focusManager.isFocused()
}

function isOffline(): boolean {
  const { navigator } = globalThis as { navigator?: { onLine?: boolean } }
  return !onlineManager.isOnline() || navigator?.onLine === false
}

/** Whether an error ends the polls, because another poll would fail too. `resume()` or `refetch()` tries again. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RealtimeError &&
    (['configuration', 'insecure-origin', 'unauthorized', 'untrusted-origin'].includes(error.code) ||
      [404, 410].includes((error as { status?: number }).status ?? 0))
  )
}

/** A component that polls. */
interface PollUser {
  options: PollingOptions
  /** Polls, or joins the poll in progress. */
  poll(): void
}

/** What one component needs from the loop. */
interface PollDemand {
  user: PollUser
  /** In ms. */
  interval: number
}

/** What a component needs from the loop now; `undefined` if it wants no polls. */
function demandOf(user: PollUser, query: Query | undefined): PollDemand | undefined {
  if (!isEnabled(user, query)) return undefined
  const { interval, stopWhen } = user.options
  const { data, error = null } = query?.state ?? {}
  const hasResult = data !== undefined || error !== null
  if (hasResult && attempt(() => refusePromise(stopWhen?.(data, error), '"stopWhen"'))) return undefined
  const ms = typeof interval === 'function' ? attempt(() => checked(interval(data))) : interval
  return ms && ms > 0 && ms < Infinity ? { user, interval: ms } : undefined
}

/** Whether a component may poll at all. */
function isEnabled({ options }: PollUser, query: Query | undefined): boolean {
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
