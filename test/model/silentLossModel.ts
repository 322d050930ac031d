import { QueryObserver, type QueryClient } from '@tanstack/react-query'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { LiveQueries } from '../../src/cache/liveQueries.ts'
import type { UserRules } from '../../src/cache/messageRules.ts'
import { remove, upsert } from '../../src/cache/updaters.ts'
import { cursorInQuery } from '../../src/core/cursors.ts'
import type { Recovery } from '../../src/core/streamPosition.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import type { FakeClock } from '../support/fakeClock.ts'
import type { FakeAttempt } from '../support/fakeTransport.ts'
import { anything } from '../support/schemas.ts'
import { setUpCache } from '../support/setUpCache.ts'
import type { Row } from './modelServer.ts'

/** How a server that has dropped messages resumes: without a word, or it says so in a header. */
export type Manner = 'silent' | 'header'

export const KEYS = [['rows'], ['price']] as const

/** How long the server keeps a message, and how often it sends a beat and a ping (ms). */
const RETENTION = 20_000
const BEAT = 1_000
/** A link that is silent for so long is given up (ms). */
const SILENCE = 3_000

const byId: Recovery = { cursor: ({ id }) => id, attach: cursorInQuery('after') }

const RECOVERY: Record<Manner, Recovery> = {
  silent: { ...byId, resumed: true, rememberedFor: RETENTION - SILENCE },
  header: { ...byId, resumed: ({ headers, sent }) => headers.get('from') === sent },
}

const RULES = {
  messages: { price: anything },
  on: {
    'row.changed': ({ response }, cache) =>
      cache.setQueryData(['rows'], upsert(response as Row, { by: 'id' })),
    'row.removed': ({ response }, cache) => cache.setQueryData(['rows'], remove<Row>(response, { by: 'id' })),
  },
} satisfies UserRules

/** What the server sends, without numbers. */
interface Sent {
  type: string
  response: unknown
  id?: string
}

/** A comment of an event stream. */
const PING = { type: 'ping', response: null } satisfies Sent

/**
 * A page with the real cache, writer and connection. Its server drops old messages, and a channel of it may die behind a living
 * link. The network delivers everything before any time passes, or nothing more.
 */
export class SilentLossWorld {
  readonly harness: ConnectionHarness
  readonly #client: QueryClient
  readonly #manner: Manner
  readonly #writerClock: FakeClock
  readonly #liveQueries: LiveQueries
  readonly #frames: (() => void)[] = []
  readonly #fetches: {
    key: (typeof KEYS)[number]
    found?: { data: unknown }
    resolve(data: unknown): void
  }[] = []
  readonly #stops: (() => void)[] = []
  readonly #rows = new Map<string, Row>()
  #price = 0
  /** The messages that the server still has, and the number of the newest that there ever was. */
  #log: { number: number; at: number; sent: Sent }[] = []
  #head = 0
  #link: FakeAttempt | undefined
  #wire: Sent[] = []
  /** Nothing passes the link any more, and nothing says so. */
  #isSevered = false
  #isStuck = false

  constructor(manner: Manner) {
    this.#manner = manner
    this.harness = new ConnectionHarness({
      recovery: RECOVERY[manner],
      expects: { type: 'beat', within: 5 * BEAT },
      heartbeat: { interval: SILENCE, timeout: 0 },
      maxMessageBytes: 100_000,
    })
    const { clock, sink, connection } = this.harness
    const {
      client,
      clock: writerClock,
      rules,
      createLiveQueries,
    } = setUpCache({
      scheduleFrame: callback => void this.#frames.push(callback),
    })
    client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
    this.#client = client
    this.#writerClock = writerClock
    rules.apply([RULES])
    const liveQueries = createLiveQueries({ clock, since: () => connection.position.since })
    liveQueries.configure({ liveQueries: KEYS.map(queryKey => ({ queryKey })), maxQueries: 10_000 })
    this.#liveQueries = liveQueries
    sink.onMessage = createDispatch({ rules, liveQueries, clock, report: () => undefined })
    sink.onGap = () => void liveQueries.invalidateAll()
    sink.onOpen = () => liveQueries.onOpen()
  }

  /** The page is open, and has loaded everything that it shows. */
  async open(): Promise<void> {
    for (const queryKey of KEYS) {
      const queryFn = () => new Promise(resolve => void this.#fetches.push({ key: queryKey, resolve }))
      this.#stops.push(new QueryObserver(this.#client, { queryKey, queryFn }).subscribe(() => undefined))
    }
    this.harness.connection.start()
    await settle()
    await this.link()
    while (this.#fetches.length > 0) await this.answer(0)
  }

  get #isLinked(): boolean {
    return this.#link !== undefined && !this.#link.isClosed
  }

  changeRow(id: string, n: number): void {
    this.#rows.set(id, { id, n })
    this.#publish({ type: 'row.changed', response: { id, n } })
  }

  removeRow(id: string): void {
    this.#rows.delete(id)
    this.#publish({ type: 'row.removed', response: id })
  }

  changePrice(price: number): void {
    this.#price = price
    this.#publish({ type: 'price', response: price })
  }

  async deliver(count = Infinity): Promise<void> {
    for (let left = count; left > 0 && this.#wire.length > 0 && this.#isLinked; left--) {
      const sent = this.#wire.shift()
      if (sent === PING) this.#link?.sink.onActivity()
      else this.harness.receive(sent)
    }
    await settle()
  }

  /** Time passes, in which the server sends beats and pings. */
  async wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += BEAT) {
      await this.deliver()
      this.harness.clock.advance(BEAT)
      this.#writerClock.advance(BEAT)
      await settle()
      if (!this.#isStuck) this.#send({ type: 'beat', response: null })
      this.#send(PING)
    }
    await this.deliver()
  }

  /** The machine sleeps, and its link does not survive that. */
  sleep(ms: number): void {
    this.sever()
    this.harness.clock.sleep(ms)
  }

  drop(): void {
    if (this.#isLinked) this.#link?.sink.onFailure({ kind: 'network' })
  }

  sever(): void {
    this.#isSevered = true
    this.#wire = []
  }

  /** Links stay alive, and new ones open, but no message comes through them. */
  getStuck(): void {
    this.#isStuck = true
  }

  /** What helps: all links end. */
  restart(): void {
    this.#isStuck = false
    this.drop()
  }

  /** The attempt that is under way opens, and resumes with what the server still has. */
  async link(): Promise<void> {
    const attempt = this.harness.transport.running.at(-1)
    if (!attempt || attempt === this.#link) return
    this.#link = attempt
    this.#isSevered = false
    const after = new URL(attempt.request.url).searchParams.get('after')
    const missed = after === null ? [] : this.#kept().filter(({ number }) => number > Number(after))
    const isComplete = after !== null && missed.length === this.#head - Number(after)
    this.#wire = this.#isStuck ? [] : missed.map(({ sent }) => sent)
    const headers = new Headers(this.#manner === 'header' ? { from: isComplete ? after : 'earliest' } : {})
    if (!attempt.sink.onAnswer({ status: 200, headers, retryAfter: undefined })) return
    attempt.sink.onActivity()
    attempt.sink.onOpen({ resumed: false })
    await settle()
  }

  refetch(index: number): void {
    void this.#client.refetchQueries({ queryKey: KEYS[index]! })
  }

  /** The server looks up a request. Its response is in transit from then on. */
  lookUp(index: number): void {
    const fetch = this.#fetches[index % Math.max(1, this.#fetches.length)]
    if (fetch) fetch.found ??= { data: this.expected(fetch.key) }
  }

  async answer(index: number): Promise<void> {
    this.lookUp(index)
    const [fetch] = this.#fetches.splice(index % Math.max(1, this.#fetches.length), 1)
    fetch?.resolve(fetch.found?.data)
    await settle()
  }

  frame(): void {
    for (const callback of this.#frames.splice(0)) callback()
  }

  /** Traffic settles. A channel that is stuck stays so. */
  async rest(): Promise<void> {
    for (await this.link(); !this.#isLinked; await this.link()) await this.wait(BEAT)
    for (let round = 0; round < 12; round++) {
      await this.link()
      await this.wait(BEAT)
      this.frame()
      while (this.#fetches.length > 0) await this.answer(0)
    }
  }

  cached(key: (typeof KEYS)[number]): unknown {
    return this.#client.getQueryData(key)
  }

  expected(key: (typeof KEYS)[number]): unknown {
    return key[0] === 'price' ? this.#price : [...this.#rows.values()]
  }

  dispose(): void {
    for (const stop of this.#stops) stop()
    this.harness.connection.dispose()
    this.#liveQueries.end()
    this.#client.clear()
  }

  #publish(message: Sent): void {
    const sent = { ...message, id: String(++this.#head) }
    this.#log = [...this.#kept(), { number: this.#head, at: this.harness.clock.elapsed(), sent }]
    if (!this.#isStuck) this.#send(sent)
  }

  #kept() {
    return this.#log.filter(({ at }) => this.harness.clock.elapsed() - at < RETENTION)
  }

  #send(sent: Sent): void {
    if (this.#isLinked && !this.#isSevered) this.#wire.push(sent)
  }
}
