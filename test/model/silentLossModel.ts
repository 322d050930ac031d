import { QueryObserver, type QueryClient } from '@tanstack/react-query'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { LiveQueries } from '../../src/cache/liveQueries.ts'
import type { UserRules } from '../../src/cache/messageRules.ts'
import { remove, upsert } from '../../src/cache/updaters.ts'
import type { GapCause } from '../../src/core/events.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import type { FakeClock } from '../support/fakeClock.ts'
import type { FakeAttempt } from '../support/fakeTransport.ts'
import { anything } from '../support/schemas.ts'
import { setUpCache } from '../support/setUpCache.ts'
import type { Row } from './modelServer.ts'
import { CLIENTS, type Manner, type Sent, SILENCE, SilentLossLog } from './silentLossLog.ts'

/** A new log, compared with the one that it replaces. */
export type NewLength = 'shorter' | 'same' | 'longer'

export const KEYS = [['rows'], ['price']] as const

/** How often the server sends a beat and a ping (ms). */
const BEAT = 1_000

const RULES = {
  messages: { price: anything },
  on: {
    'row.changed': ({ response }, cache) =>
      cache.setQueryData(['rows'], upsert(response as Row, { by: 'id' })),
    'row.removed': ({ response }, cache) => cache.setQueryData(['rows'], remove<Row>(response, { by: 'id' })),
  },
} satisfies UserRules

/** A comment of an event stream. */
const PING: Sent = { data: null }

/**
 * A page with the real cache, writer and connection. Its server drops old messages, and a channel of it may die behind a living
 * link. The network delivers everything before any time passes, or nothing more.
 */
export class SilentLossWorld {
  readonly harness: ConnectionHarness
  /** If the log keeps everything. */
  readonly needlessGaps: GapCause[] = []
  readonly #client: QueryClient
  readonly #log: SilentLossLog
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
  #link: FakeAttempt | undefined
  #wire: Sent[] = []
  /** Nothing passes the link any more, and nothing says so. */
  #isSevered = false
  #isStuck = false
  /** Logs that were replaced, and whose gap has not come yet. */
  #replaced = 0
  /** Whether beats may have stayed away. */
  #wasSilent = false

  constructor(manner: Manner) {
    this.harness = new ConnectionHarness({
      ...CLIENTS[manner],
      expects: { type: 'beat', within: 5 * BEAT },
      heartbeat: { interval: SILENCE, timeout: 0 },
      maxMessageBytes: 100_000,
    })
    const { clock, sink, connection } = this.harness
    this.#log = new SilentLossLog(manner, () => clock.elapsed())
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
    sink.onGap = cause => {
      if (!this.#hasReason(cause)) this.needlessGaps.push(cause)
      liveQueries.invalidateAll()
    }
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
    this.#broadcast(this.#log.publish({ type: 'row.changed', response: { id, n } }))
  }

  removeRow(id: string): void {
    this.#rows.delete(id)
    this.#broadcast(this.#log.publish({ type: 'row.removed', response: id }))
  }

  changePrice(price: number): void {
    this.#price = price
    this.#broadcast(this.#log.publish({ type: 'price', response: price }))
  }

  /**
   * The log is deleted, which ends all links, and created again under its name. Its first message is of no interest to who goes on where
   * the old log ended.
   */
  replaceLog({ id, n }: Row, length: NewLength, isNewEpoch: boolean): void {
    this.#replaced++
    this.#rows.set(id, { id, n })
    const isShorter = length === 'shorter'
    this.#log.replace({ type: 'row.changed', response: { id, n } }, { isShorter, isNewEpoch })
    this.drop()
    if (length === 'longer') this.changePrice(n)
  }

  async deliver(count = Infinity): Promise<void> {
    for (let left = count; left > 0 && this.#wire.length > 0 && this.#isLinked; left--) {
      const sent = this.#wire.shift()
      if (sent === PING) this.#link?.sink.onActivity()
      else if (sent)
        this.#link?.sink.onMessage(JSON.stringify(sent.data), sent.event ? { type: sent.event } : {})
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
      this.#broadcast(this.#log.beat())
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
    this.#isSevered = this.#wasSilent = true
    this.#wire = []
  }

  /** Links stay alive, and new ones open, but no message comes through them. */
  getStuck(): void {
    this.#isStuck = this.#wasSilent = true
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
    const { missed, headers } = this.#log.resume(attempt.request.url)
    this.#wire = this.#isStuck ? [] : [...missed]
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

  /** Traffic settles. A channel that is stuck stays so. The time for which no link is open is not counted: back-offs may be long. */
  async rest(): Promise<void> {
    for (let rounds = 0; rounds < 15;) {
      await this.link()
      if (this.#isLinked) rounds++
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

  #hasReason(cause: GapCause): boolean {
    if (cause === 'forgotten') return this.#wasSilent
    return (cause === 'epoch' || cause === 'sequence') && this.#replaced-- > 0
  }

  #broadcast(sent: readonly Sent[]): void {
    if (!this.#isStuck) for (const each of sent) this.#send(each)
  }

  #send(sent: Sent): void {
    if (this.#isLinked && !this.#isSevered) this.#wire.push(sent)
  }
}
