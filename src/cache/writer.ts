import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { ScheduleFrame } from './frameScheduler.ts'
import type { Updater } from './updaters.ts'

/** A value that replaces the cached data, or a function of it. */
export type Update<Data = unknown> = Data | Updater<Data> | ((data: Data | undefined) => Data | undefined)

/** What the writer is given. */
export interface WriterOptions {
  /** The current client; asked at each flush, so that nothing is written to a former one. */
  client(): QueryClient
  scheduleFrame: ScheduleFrame
  /** Runs all writes of a flush so that their readers are told together: TanStack Query's `notifyManager.batch`. */
  batch(call: () => void): void
  /** Runs what may throw, an update above all, so that its error harms no other. */
  guard(call: () => void): void
}

interface PendingWrite {
  key: QueryKey
  updates: Update[]
}

/**
 * The one way into the query cache. Updates are gathered per key and written together: at once when nothing was written
 * lately, and then at most once a frame.
 */
export class Writer {
  readonly #options: WriterOptions
  #writes = new Map<string, PendingWrite>()
  #invalidations = new Map<string, QueryKey>()
  #isPlanned = false

  constructor(options: WriterOptions) {
    this.#options = options
  }

  write(hash: string, key: QueryKey, update: Update): void {
    const write = this.#writes.get(hash)
    if (write === undefined) this.#writes.set(hash, { key, updates: [update] })
    else if (typeof update === 'function') write.updates.push(update)
    else write.updates = [update]
    this.#plan()
  }

  /** Marks as stale, and refetches where someone looks, every query whose key begins with this one. */
  invalidate(hash: string, key: QueryKey): void {
    this.#invalidations.set(hash, key)
    this.#plan()
  }

  /** Whether something waits to be written for the key of this hash. */
  isPending(hash: string): boolean {
    return this.#writes.has(hash)
  }

  /** Writes everything now. */
  flush(): void {
    const writes = this.#writes
    const invalidations = this.#invalidations
    this.#writes = new Map()
    this.#invalidations = new Map()
    const { guard, batch } = this.#options
    const client = this.#options.client()
    batch(() => {
      for (const [hash, write] of writes) guard(() => applyWrite(client, hash, { ...write, guard }))
      for (const queryKey of invalidations.values()) void client.invalidateQueries({ queryKey })
    })
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    // After the task that brought the message, so that an array of envelopes is one write.
    queueMicrotask(() => this.#flushAndRest())
  }

  #flushAndRest(): void {
    this.flush()
    this.#options.scheduleFrame(() => {
      if (this.#writes.size > 0 || this.#invalidations.size > 0) this.#flushAndRest()
      else this.#isPlanned = false
    })
  }
}

function applyWrite(
  client: QueryClient,
  hash: string,
  { key, updates, guard }: PendingWrite & Pick<WriterOptions, 'guard'>,
): void {
  const query = client.getQueryCache().get(hash)
  const before = query?.state.data
  const owned = new WeakSet()
  let data: unknown = before
  let sharesStructure = true
  for (const update of updates) {
    if (typeof update === 'function') {
      guard(() => {
        data = (update as Updater<unknown>)(data, owned)
      })
      sharesStructure &&= (update as Updater<unknown>).sharesStructure === true
    } else {
      data = update
      sharesStructure = false
    }
  }
  if (data === undefined || (data === before && query)) return
  if (!query || !sharesStructure) {
    client.setQueryData(key, data)
    return
  }
  // Unlike setQueryData, this compares nothing, and leaves the mark of a query that is known to be stale.
  query.setState({
    ...query.state,
    data,
    dataUpdateCount: query.state.dataUpdateCount + 1,
    dataUpdatedAt: Date.now(),
    error: null,
    status: 'success',
  })
}
