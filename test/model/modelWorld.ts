import { hashKey, type Query, type QueryClient, QueryObserver } from '@tanstack/react-query'
import { readersOf } from '../../src/cache/queryReaders.ts'
import type { LiveQueriesOptions } from '../../src/cache/liveQueries.ts'
import type { Failure } from '../../src/core/failure.ts'
import { settle } from '../support/connectionHarness.ts'
import { setUpCache } from '../support/setUpCache.ts'
import { type Change, type Entity, type Entry, ModelServer } from './modelServer.ts'
import { ModelSession } from './modelSession.ts'

export const KEYS = [
  ['entity', { k: 0 }],
  ['entity', { k: 1 }],
  ['rows'],
  ['notes'],
  ['journal'],
  // Read as by `useSocketQuery`, from a server that sends only what is read.
  ['quote', { k: 0 }],
  ['quote', { k: 1 }],
] as const

/** One fetch in progress: looked up at the server at some time, and delivered later. */
interface PendingFetch {
  key: readonly unknown[]
  found?: { data: unknown }
  resolve(data: unknown): void
  reject(error: Error): void
}

/** The reply to a request over the socket, in transit behind what was sent before it. */
class Reply {
  readonly fetch: PendingFetch

  constructor(fetch: PendingFetch) {
    this.fetch = fetch
  }
}

/** A page with the real cache, writer and connection, between a model server and a network that the test controls. */
export class ModelWorld {
  readonly server = new ModelServer()
  readonly client: QueryClient
  /** Sent by the server over the open connection, but not delivered yet. */
  wire: unknown[] = []
  readonly fetches: PendingFetch[] = []
  readonly #frames: (() => void)[] = []
  readonly #watched = new Map<number, () => void>()
  readonly #createSession: () => ModelSession
  #session: ModelSession
  #isLinked = false
  /** The newest position, as the last welcome named it. */
  #named = this.server.head

  constructor() {
    // Data from before the page opened, and data that no push announces.
    this.server.change({ type: 'entity', params: { k: 1 }, response: { version: 1, n: 7 } })
    this.server.change({ type: 'row.changed', params: null, response: { id: 'old', n: 7 } })
    this.server.change({ type: 'note', params: null, response: { id: 'old', n: 7 } })
    this.server.change({ type: 'line', params: null, response: 7 })
    const { client, rules, createLiveQueries } = setUpCache({
      scheduleFrame: callback => void this.#frames.push(callback),
    })
    client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
    this.client = client
    this.#createSession = () =>
      new ModelSession(rules, ({ clock, connection }) => {
        const since: LiveQueriesOptions['since'] = () => connection.position.since
        return createLiveQueries({ clock, since })
      })
    this.#session = this.#createSession()
  }

  get harness(): ModelSession['harness'] {
    return this.#session.harness
  }

  change(change: Change): void {
    const entry = this.server.change(change)
    if (this.#isLinked) this.wire.push(this.server.toMessage(entry))
  }

  /**
   * A message gets lost on a live connection. Not the one that the welcome names: for all the page knows, the
   * welcome itself may have that number.
   */
  lose(): void {
    const lost = this.wire.findIndex(message => isNumbered(message) && message.seq !== this.#named.seq)
    if (lost >= 0) this.wire.splice(lost, 1)
  }

  /** The last messages are delivered again. */
  resend(count: number): void {
    if (this.#isLinked)
      this.wire.push(...this.server.log.slice(-count).map(entry => this.server.toMessage(entry)))
  }

  /** The page is open, and has loaded everything that it shows. */
  async load(): Promise<void> {
    for (const index of KEYS.keys()) this.watch(index)
    await settle()
    while (this.fetches.length > 0) await this.answer(0)
  }

  /** The version of each entity on the page. */
  versions(): number[] {
    return KEYS.slice(0, 2).map(key => this.client.getQueryData<Entity>(key)?.version ?? 0)
  }

  async deliver(count = 1): Promise<void> {
    for (const message of this.wire.splice(0, count)) {
      if (message instanceof Reply) this.#receive(message)
      else this.harness.receive(message)
    }
    await settle()
  }

  /** The connection drops, or the server ends it because of the token. */
  async drop(failure: Failure = { kind: 'network' }): Promise<void> {
    if (!this.#isLinked) return
    this.#isLinked = false
    this.wire = []
    this.harness.transport.last.sink.onFailure(failure)
    this.#loseRequests()
    await settle()
  }

  /** All components unmount and remount: with a new connection and the same cache. */
  async remount(): Promise<void> {
    for (const index of KEYS.keys()) this.unwatch(index)
    this.#isLinked = false
    this.wire = []
    this.#session.end()
    this.#loseRequests()
    this.#session = this.#createSession()
    await settle()
  }

  /** Runs the next attempt, and opens it: the server resumes if it can. */
  async link(): Promise<void> {
    if (this.#isLinked) return
    this.harness.connection.start()
    await settle()
    // A second token refusal within `stableAfter` ends the attempts: the user signs in again.
    if (this.harness.status === 'failed') this.harness.connection.reconnect()
    await settle()
    while (this.harness.transport.running.length === 0) {
      this.harness.clock.advance(500)
      await settle()
    }
    this.#isLinked = true
    const missed = this.server.since(this.#session.cursor)
    this.harness.transport.last.sink.onOpen({ resumed: false })
    this.#named = this.server.head
    const welcome = {
      type: 'welcome',
      params: null,
      response: this.#named,
      resumed: missed !== undefined,
    }
    this.wire = [welcome, ...(missed ?? []).map(entry => this.server.toMessage(entry))]
  }

  watch(index: number): void {
    const queryKey = KEYS[index]
    if (this.#watched.has(index) || !queryKey) return
    const isSocketQuery = queryKey[0] === 'quote'
    const leave = isSocketQuery ? this.#session.liveQueries.addReader(queryKey, false) : () => undefined
    const options = {
      queryKey,
      queryFn: () => (isSocketQuery ? this.#request(queryKey) : this.#ask(queryKey)),
      staleTime: isSocketQuery
        ? (query: unknown) => (this.#session.liveQueries.isCurrent(query as Query) ? Infinity : 0)
        : Infinity,
    }
    const observer = new QueryObserver(this.client, options)
    const unsubscribe = observer.subscribe(() => undefined)
    const cache = this.client.getQueryCache()
    const forget = readersOf(cache).onRemoved(hashKey(queryKey), () => {
      cache.build(this.client, { queryKey })
      observer.setOptions({ ...options })
    })
    this.#watched.set(index, () => {
      forget()
      unsubscribe()
      leave()
      if (isSocketQuery) this.server.wanted.delete(queryKey[1].k)
    })
  }

  unwatch(index: number): void {
    this.#watched.get(index)?.()
    this.#watched.delete(index)
  }

  /** The page gets data from elsewhere, which may be old: hydrated, persisted or seeded. */
  hydrate(index: number, data: number): void {
    const queryKey = KEYS[index]
    if (queryKey?.[0] !== 'quote' || this.#watched.has(index)) return
    this.client.setQueryData(queryKey, data)
  }

  /** The application clears the cache while it is observed. */
  async clear(): Promise<void> {
    this.client.clear()
    await settle()
  }

  refetch(index: number): void {
    void this.client.refetchQueries({ queryKey: KEYS[index] ?? [] })
  }

  /** The server looks up a request; its response is in transit from then on. */
  lookUp(index: number): void {
    const fetch = this.fetches[index % Math.max(1, this.fetches.length)]
    if (fetch && this.#canAnswer(fetch)) this.#find(fetch)
  }

  /**
   * A replica that lags behind looks it up. Versioned data lags behind what the page has: a smaller lag would
   * not be noticeable.
   */
  lookUpBehind(index: number, by: number): void {
    const fetch = this.fetches[index % Math.max(1, this.fetches.length)]
    const data = fetch && this.server.readBehind(fetch.key, by)
    if (!fetch || data === undefined) return
    const cached = this.client.getQueryData<Entity>(fetch.key)
    const isLate = fetch.key[0] === 'journal' || (data as Entity).version < (cached?.version ?? 0)
    if (isLate) fetch.found ??= { data: structuredClone(data) }
  }

  async answer(index: number): Promise<void> {
    const fetch = this.#take(index)
    if (!fetch) return
    const data = this.#find(fetch)
    if (isOverSocket(fetch)) {
      // A socket delivers in order, so what was sent before the reply arrives before it.
      await this.deliver(
        this.wire.findIndex(message => message instanceof Reply && message.fetch === fetch) + 1,
      )
    } else fetch.resolve(data)
    await settle()
  }

  async fail(index: number): Promise<void> {
    this.#take(index)?.reject(new Error('down'))
    await settle()
  }

  frame(): void {
    for (const callback of this.#frames.splice(0)) callback()
  }

  /**
   * Lets everything settle: the connection holds, nothing is in transit, no fetch is pending, and each key is
   * observed.
   */
  async rest(): Promise<void> {
    await this.link()
    // A message lost at the very end is detected with the next one.
    this.change({ type: 'entity', params: { k: 0 }, response: { version: this.server.age + 1, n: 999 } })
    for (const index of KEYS.keys()) this.watch(index)
    for (let round = 0; round < 12; round++) {
      await this.deliver(Infinity)
      this.harness.clock.advance(2_000)
      this.frame()
      await settle()
      while (this.fetches.length > 0) await this.answer(0)
    }
    // Queries that failed or were cancelled are stale, and their observer fetches again.
    for (const [index, key] of KEYS.entries()) {
      const state = this.client.getQueryState(key)
      if (state?.status !== 'success' || state.isInvalidated) this.refetch(index)
    }
    await settle()
    while (this.fetches.length > 0) await this.answer(0)
  }

  dispose(): void {
    for (const index of KEYS.keys()) this.unwatch(index)
    this.#session.end()
    this.client.clear()
  }

  /** The server looks a key up. From then on, readers of a quote receive its changes. */
  #find(fetch: PendingFetch): unknown {
    const [type, params] = fetch.key as [string, { k: number }]
    const isRead = type === 'quote' && this.client.getQueryCache().find({ queryKey: fetch.key })?.isActive()
    if (isRead) this.server.wanted.add(params.k)
    if (!fetch.found) {
      fetch.found = { data: structuredClone(this.server.read(fetch.key)) }
      if (isOverSocket(fetch)) this.wire.push(new Reply(fetch))
    }
    return fetch.found.data
  }

  /** Pending requests over a socket are lost with it. */
  #loseRequests(): void {
    for (const fetch of this.fetches.filter(isOverSocket)) {
      this.fetches.splice(this.fetches.indexOf(fetch), 1)
      fetch.reject(new Error('lost'))
    }
  }

  /** A reply is written like a push, and then ends its request. */
  #receive({ fetch }: Reply): void {
    const { data } = fetch.found ?? {}
    this.#session.liveQueries.replace(fetch.key, data, false)
    const at = this.fetches.indexOf(fetch)
    if (at >= 0) this.fetches.splice(at, 1)
    fetch.resolve(data)
  }

  #canAnswer(fetch: PendingFetch): boolean {
    return this.#isLinked || !isOverSocket(fetch)
  }

  async #request(key: readonly unknown[]): Promise<unknown> {
    const response = await this.#ask(key)
    this.#session.liveQueries.onResponse(key)
    return response
  }

  #ask(key: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.fetches.push({ key, resolve, reject })
    })
  }

  #take(index: number): PendingFetch | undefined {
    const answerable = this.fetches.filter(fetch => this.#canAnswer(fetch))
    const fetch = answerable[index % Math.max(1, answerable.length)]
    if (fetch) this.fetches.splice(this.fetches.indexOf(fetch), 1)
    return fetch
  }
}

function isOverSocket({ key }: PendingFetch): boolean {
  return key[0] === 'quote'
}

/** Whether it is a message with a number, not a welcome or a reply. */
function isNumbered(message: unknown): message is Entry {
  return (message as Partial<Entry>).seq !== undefined
}
