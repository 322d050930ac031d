import {
  type Query,
  type QueryClient,
  type QueryKey,
  QueryObserver,
  type QueryObserverOptions,
} from '@tanstack/react-query'
import type { TimerHandle } from '../core/platform.ts'
import type { SharedConnection } from '../providers/sharedConnection.ts'
import type { WantedConnection } from '../providers/wantedConnection.ts'

/** How often suspended components have to render (ms). */
const RENDER_INTERVAL = 1_000
/** The least time that a component with data gets to commit (ms). It renders again while its siblings still wait. */
const LEAST_COMMIT_TIME = 2 * RENDER_INTERVAL

const suspended = new WeakMap<Query, SuspendedQuery>()

/** The query for which components have suspended, if there are any. */
export function suspendedQuery(query: Query | undefined): SuspendedQuery | undefined {
  return query && suspended.get(query)
}

/** What a suspended component would hold if it were mounted. */
export interface SuspendedReader {
  client: QueryClient
  options: QueryObserverOptions & { queryKey: QueryKey }
  /** The connection, owned by the suspended query instead of the component. */
  wanted: WantedConnection
  /** Starts to use the connection. Returns the functions that end the use. */
  join(shared: SharedConnection): readonly (() => void)[]
}

/**
 * Reads a query for components that have suspended. They have no effects, so this holds the connection, the subscription and
 * an observer for them, until one of them commits.
 *
 * React does not report when it abandons a suspended component. So this makes its components render once a second. If none
 * renders, all are gone, and everything is released.
 */
export class SuspendedQuery {
  /** Whether the fetch that its components wait for is running. */
  isWaiting = false
  readonly #query: Query
  readonly #reader: SuspendedReader
  #undo: (() => void)[] = []
  #timer: TimerHandle | undefined
  #isRendered = true
  #hasEnded = false
  #wake: () => void = () => {}
  #awake = this.#createAwake()

  constructor(query: Query, reader: SuspendedReader) {
    this.#query = query
    this.#reader = reader
    suspended.set(query, this)
    // Starting notifies other components, which React forbids during a render.
    queueMicrotask(() => this.#start())
  }

  /** Its components wait until `settled`. */
  follow(settled: Promise<unknown>): void {
    this.isWaiting = true
    this.#schedule()
    void settled.then(() => {
      this.isWaiting = false
      this.#schedule()
      this.#renderAgain()
    })
  }

  /** A component has rendered. Returns the promise that it throws. */
  rendered(): Promise<void> {
    if (this.isWaiting) this.#isRendered = true
    else this.#schedule()
    return this.#awake
  }

  /** Releases everything: a component has committed, or none is left. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#reader.wanted.client.clock.clearTimeout(this.#timer)
    if (suspended.get(this.#query) === this) suspended.delete(this.#query)
    for (const undo of this.#undo) undo()
    this.#renderAgain()
  }

  #start(): void {
    const { client, options, wanted, join } = this.#reader
    const { changes } = wanted.client
    if (wanted.client.isDisposed) this.end()
    if (this.#hasEnded) return
    const { value, release } = wanted.hold()
    const observer = new QueryObserver(client, options)
    this.#undo = [
      changes.subscribe(() => wanted.client.isDisposed && this.end()),
      ...join(value),
      observer.subscribe(() => {}),
      release,
    ]
  }

  /** While it waits, its components have to render. Once there is data, one of them has to commit. */
  #schedule(): void {
    if (this.#hasEnded) return
    const { clock, closeDelay } = this.#reader.wanted.client
    clock.clearTimeout(this.#timer)
    this.#timer = this.isWaiting
      ? clock.setTimeout(() => this.#check(), RENDER_INTERVAL)
      : clock.setTimeout(() => this.end(), Math.max(LEAST_COMMIT_TIME, closeDelay()))
  }

  #check(): void {
    if (!this.#isRendered) return this.end()
    this.#isRendered = false
    this.#schedule()
    this.#renderAgain()
  }

  #renderAgain(): void {
    const wake = this.#wake
    this.#awake = this.#createAwake()
    wake()
  }

  #createAwake(): Promise<void> {
    return new Promise(resolve => (this.#wake = resolve))
  }
}
