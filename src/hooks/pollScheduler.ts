import {
  notifyManager,
  type Query,
  type QueryCache,
  type QueryCacheNotifyEvent,
  type UseQueryResult,
} from '@tanstack/react-query'
import { delayAbove, retryDelay } from '../core/backoff.ts'
import { RealtimeError } from '../core/errors.ts'
import { systemClock } from '../core/platform.ts'
import { assertNumbers, refusePromise, withDefaults } from '../core/validation.ts'
import { platform } from '../providers/platform.ts'
import { lastResponse } from './pollRequest.ts'
import type { PollingOptions, PollingRhythm } from './pollingOptions.ts'
import type { SnapshotSource } from './trackReads.ts'

/** Why polls are paused even though a component wants them. */
export type PollingPauseReason = 'hidden' | 'offline' | 'user'

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
  readonly pausedBy: ReadonlySet<PollingPauseReason>
}

/** What `usePolling` adds to a query's result. */
export interface PollingControls extends PollingState {
  /** Pauses the polls of this key for all components, until `resume()` is called. */
  pause(): void
  /** Ends `pause()` and polls at once. Also polls once if an error has ended the polls. */
  resume(): void
}

/** The state before there is a scheduler. */
export const NO_POLLING: PollingState = { isPolling: false, nextPollAt: null, pausedBy: new Set() }

/** The interval while offline (ms). */
const OFFLINE_INTERVAL = 60_000
/** How far the wall clock and the monotonic clock may differ without either having been set (ms). */
const ROUNDING = 1_000
/** A longer timer would be late by the time the machine slept (ms). */
const MAX_TIMER = 20_000
const MAX_BACKOFF = 30_000
/** The share of the interval by which a first poll may come early, so that clients that started together drift apart. */
const PHASE = 0.1

/** When one component wants to poll. */
interface WantedRhythm extends PollingRhythm {
  enabled: PollingOptions['enabled']
}

type Refetch = UseQueryResult['refetch']

const schedulers = new WeakMap<QueryCache, Map<string, PollScheduler>>()

/** One component that polls a query. The functions of its result act on this object. */
export class PollUser implements SnapshotSource<PollingState> {
  snapshot: PollingState
  rhythm: WantedRhythm = { enabled: false, interval: 0 }
  refetch: Refetch | undefined
  notify: (snapshot: PollingState) => void = () => {}
  readonly #cache: QueryCache
  readonly #hash: string

  constructor(cache: QueryCache, hash: string) {
    this.#cache = cache
    this.#hash = hash
    this.snapshot = this.#scheduler?.snapshot ?? NO_POLLING
  }

  get #scheduler(): PollScheduler | undefined {
    return schedulers.get(this.#cache)?.get(this.#hash)
  }

  /** Applies the options of the latest commit. */
  commit(rhythm: WantedRhythm, refetch: Refetch): void {
    this.rhythm = rhythm
    this.refetch = refetch
    this.#scheduler?.reschedule()
  }

  subscribe(listener: (snapshot: PollingState) => void): () => void {
    this.notify = notifyManager.batchCalls(listener)
    const ofCache = schedulers.get(this.#cache) ?? new Map<string, PollScheduler>()
    schedulers.set(this.#cache, ofCache)
    const scheduler = ofCache.get(this.#hash) ?? new PollScheduler(this.#cache, this.#hash)
    ofCache.set(this.#hash, scheduler)
    scheduler.join(this)
    return () => {
      scheduler.leave(this)
      if (scheduler.isUnused) ofCache.delete(this.#hash)
    }
  }

  readonly pause = (): void => this.#scheduler?.pause()

  readonly resume = (): void => this.#scheduler?.resume()
}

/** What the users want, and what keeps them from it. */
interface Plan extends Omit<PollingState, 'nextPollAt'> {
  isWanted: boolean
  /** The user with the shortest interval polls for all. */
  next: WantedPoll | undefined
}

/**
 * Schedules the polls of a query, however many components poll it. It has its own timers: `refetchInterval` runs
 * one per component and restarts with each `setQueryData`, so that pushes would starve it.
 */
class PollScheduler {
  snapshot = NO_POLLING
  readonly #users = new Set<PollUser>()
  readonly #cache: QueryCache
  readonly #hash: string
  #undo: (() => void)[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #isHidden = false
  #isOffline = false
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

  get isUnused(): boolean {
    return this.#users.size === 0
  }

  join(user: PollUser): void {
    if (this.isUnused) this.#start()
    this.#users.add(user)
    user.snapshot = this.snapshot
    this.reschedule()
  }

  leave(user: PollUser): void {
    this.#users.delete(user)
    if (!this.isUnused) return this.reschedule()
    clearTimeout(this.#timer)
    for (const undo of this.#undo) undo()
  }

  pause(): void {
    this.#isPausedByUser = true
    this.reschedule()
  }

  resume(): void {
    this.#isPausedByUser = false
    this.reschedule()
    const query = this.#query
    if (this.#isWanted || !query?.state.error) return
    // An error ended the polls. They continue if this one succeeds.
    const user = [...this.#users].find(({ rhythm }) => isEnabled(rhythm, query))
    if (user) poll(user)
  }

  /** Schedules the next poll again, with the latest options and data. */
  reschedule(): void {
    this.#isFetching = this.#isQueryFetching()
    const plan = this.#plan()
    this.#follow(plan)
    const dueAt = this.#dueTime(plan)
    this.#publish(plan, dueAt)
    clearTimeout(this.#timer)
    if (this.#isFetching || dueAt === null) return
    this.#timer = setTimeout(() => this.#tick(), Math.min(Math.ceil(Math.max(0, dueAt - now())), MAX_TIMER))
  }

  get #query(): Query | undefined {
    return this.#cache.get(this.#hash)
  }

  #isQueryFetching(): boolean {
    return (this.#query?.state.fetchStatus ?? 'idle') !== 'idle'
  }

  #start(): void {
    this.#readPlatform()
    this.#undo = [
      this.#cache.subscribe(event => this.#onCacheEvent(event)),
      platform.subscribe(() => {
        this.#readPlatform()
        if (this.#failures > 0 && !this.#isHidden && !this.#isOffline) this.#urgentSince ??= now()
        this.reschedule()
      }),
    ]
  }

  #readPlatform(): void {
    this.#isHidden = platform.isHidden()
    this.#isOffline = !platform.isOnline()
  }

  #onCacheEvent(event: QueryCacheNotifyEvent): void {
    if (event.query.queryHash !== this.#hash) return
    if (event.type === 'updated') this.#count(event.action)
    else if (event.type !== 'removed') return
    if (this.#isFetching && !this.#isQueryFetching()) this.#settle()
    this.reschedule()
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
    this.#floorUntil = this.#floor && this.#settledAt + delayAbove(this.#floor, this.#floor, this.#random)
    this.#urgentSince = null
  }

  #tick(): void {
    const plan = this.#plan()
    const dueAt = this.#dueTime(plan)
    if (!plan.next || dueAt === null || dueAt > now()) return this.reschedule()
    this.#isFirst = false
    poll(plan.next.user)
  }

  #plan(): Plan {
    const query = this.#query
    const users = [...this.#users].flatMap(user => wantedPoll(user, query) ?? [])
    const wanted = isFinal(query?.state.error) ? [] : users
    const awake = this.#isHidden ? wanted.filter(({ user }) => user.rhythm.whenHidden === 'stay') : wanted
    const isWanted = wanted.length > 0
    const pausedBy = new Set<PollingPauseReason>()
    if (this.#isPausedByUser) pausedBy.add('user')
    if (isWanted && awake.length === 0) pausedBy.add('hidden')
    if (this.#isOffline) pausedBy.add('offline')
    const next = awake.sort((a, b) => a.interval - b.interval)[0]
    return { isWanted, isPolling: next !== undefined && pausedBy.size === 0, pausedBy, next }
  }

  /** After a pause, a poll is due at once. After being disabled, it is not overdue. */
  #follow({ isWanted, isPolling }: Plan): void {
    if (isWanted && !this.#isWanted) this.#settledAt = now()
    this.#isWanted = isWanted
    if (isPolling && this.snapshot.pausedBy.size > 0) this.#urgentSince ??= now()
  }

  /** When the next poll is due, on the monotonic clock (ms). */
  #dueTime({ next, pausedBy }: Plan): number | null {
    if (!next || this.#isPausedByUser) return null
    if (this.#isFetching) return this.#dueAt
    const delay = this.#delay(next)
    const dueAt = pausedBy.has('offline')
      ? this.#settledAt + Math.max(delay, OFFLINE_INTERVAL)
      : (this.#urgentSince ?? this.#settledAt + delay)
    return Math.max(dueAt, this.#floorUntil)
  }

  /** The time from the end of one poll to the next (ms). Only a first poll may come before its interval. */
  #delay({ interval, user }: WantedPoll): number {
    const random = this.#random
    if (this.#failures === 0) return this.#isFirst ? interval * (1 - PHASE * random) : interval
    const defaults = { minDelay: 2 * interval, maxDelay: MAX_BACKOFF, factor: 2 }
    const options = withDefaults(defaults, user.rhythm.backoff)
    return retryDelay({
      retryCount: this.#failures - 1,
      options,
      least: interval,
      floor: this.#floor,
      random,
    })
  }

  /** Returns the same time while it means the same moment: rounding must not cause a render. */
  #toWallClock(dueAt: number | null): number | null {
    if (dueAt === null) return null
    const shown = Math.ceil(Date.now() + dueAt - now())
    const before = this.snapshot.nextPollAt
    const isSame = dueAt === this.#dueAt && before !== null && Math.abs(shown - before) < ROUNDING
    return isSame ? before : shown
  }

  #publish({ isPolling, pausedBy }: Plan, dueAt: number | null): void {
    const before = this.snapshot
    const nextPollAt = this.#toWallClock(dueAt)
    this.#dueAt = dueAt
    const isSamePause = [...pausedBy].join() === [...before.pausedBy].join()
    if (isSamePause && isPolling === before.isPolling && nextPollAt === before.nextPollAt) return
    this.snapshot = { isPolling, nextPollAt, pausedBy: isSamePause ? before.pausedBy : pausedBy }
    for (const user of this.#users) user.notify(this.snapshot)
  }
}

/** For deadlines, because the wall clock can be set. */
const now = () => systemClock.elapsed()

/** Polls, or joins the poll in progress. */
function poll({ refetch }: PollUser): void {
  void refetch?.({ cancelRefetch: false })
}

/** Whether an error ends the polls, because another poll would fail too. `resume()` or `refetch()` tries again. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RealtimeError &&
    (['configuration', 'insecure-origin', 'unauthorized', 'untrusted-origin'].includes(error.code) ||
      [404, 410].includes((error as { status?: number }).status ?? 0))
  )
}

/** A poll that a component wants. */
interface WantedPoll {
  user: PollUser
  /** In ms. */
  interval: number
}

/** The poll that a component wants now; `undefined` if it wants none. */
function wantedPoll(user: PollUser, query: Query | undefined): WantedPoll | undefined {
  const { rhythm } = user
  if (!isEnabled(rhythm, query)) return undefined
  const { interval, stopWhen } = rhythm
  const { data, error = null } = query?.state ?? {}
  const hasResult = data !== undefined || error !== null
  if (hasResult && stopWhen && guard(() => refusePromise(stopWhen(data, error), '"stopWhen"')))
    return undefined
  const ms =
    typeof interval === 'function' ? guard(() => checked(interval(data, lastResponse(query)))) : interval
  return ms && ms > 0 && ms < Infinity ? { user, interval: ms } : undefined
}

function isEnabled({ enabled }: WantedRhythm, query: Query | undefined): boolean {
  return typeof enabled === 'function' ? !query || enabled(query) : enabled !== false
}

function checked(interval: number | false): number | false {
  refusePromise(interval, '"interval"')
  assertNumbers({ interval })
  return interval
}

/** The application's functions run inside TanStack Query's dispatch, where a throw would look like a failed poll. */
function guard<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    setTimeout(() => {
      throw error
    })
    return undefined
  }
}
