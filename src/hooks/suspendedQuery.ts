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

/** How often suspended components are asked to render (ms). */
const RENDER_INTERVAL = 1_000
/** How long a component that has data may take to commit, at least (ms). Siblings that still wait have it render meanwhile. */
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
  /** Its connection, for an owner that is not the component. */
  wanted: WantedConnection
  /** Starts to use the connection. Returns what ends it. */
  join(shared: SharedConnection): readonly (() => void)[]
}

/**
 * Reads a query for components that have suspended. They have no effects, so this holds the connection, the subscription and
 * an observer for them, until one of them commits.
 *
 * React does not say when it gives a suspended component up. So it is asked to render again, once a second: what does not is
 * gone, and with it all that was held.
 */
export class SuspendedQuery {
  /** Whether the fetch that its components wait for is under way. */
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
    // Other components follow the connections, and none may be told of a change during a render.
    queueMicrotask(() => this.#start())
  }

  /** Its components wait until this fetch has settled. */
  follow(settled: Promise<unknown>): void {
    this.isWaiting = true
    this.#schedule()
    void settled.then(() => {
      this.isWaiting = false
      this.#schedule()
      this.#renderAgain()
    })
  }

  /** A component has rendered. Returns what it throws to be rendered again. */
  rendered(): Promise<void> {
    if (this.isWaiting) this.#isRendered = true
    else this.#schedule()
    return this.#awake
  }

  /** Gives everything back: a component has committed, or none is left. */
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

  /** While it waits, its components are asked to render. With data, one of them has to commit. */
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
