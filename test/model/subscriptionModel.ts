import { type Query, type QueryClient, QueryObserver } from '@tanstack/react-query'
import { createDispatch } from '../../src/cache/dispatch.ts'
import type { LiveQueries } from '../../src/cache/liveQueries.ts'
import type { UserRules } from '../../src/cache/messageRules.ts'
import {
  fetchSubscribed,
  type SubscribableConnection,
  subscriptionsOf,
} from '../../src/cache/subscribedQueries.ts'
import { messageKey } from '../../src/core/envelope.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'
import type { FakeClock } from '../support/fakeClock.ts'
import { setUpCache } from '../support/setUpCache.ts'

interface Line {
  k: number
  epoch: number
  seq: number
  text: string
}

interface SubscribeFrame {
  params: { k: number }
  subscribe: boolean
  cursor?: { epoch: number; seq: number }
}

type Change = { all: string[] } | { line: string }

/** A log whose server sends all of it, or what a position has missed. */
class ServerLog {
  epoch = 0
  lines: Line[] = []
  /** The first number that it still remembers. */
  from = 1

  constructor(readonly k: number) {
    this.add()
  }

  get all(): string[] {
    return this.lines.map(({ text }) => text)
  }

  add(): Line {
    const { k, epoch } = this
    const seq = this.lines.length + 1
    const line = { k, epoch, seq, text: `${k}.${epoch}.${seq}` }
    this.lines.push(line)
    return line
  }

  respond({ cursor }: SubscribeFrame): object[] {
    const isKnown = cursor?.epoch === this.epoch && cursor.seq + 1 >= this.from
    if (isKnown) return this.lines.slice(cursor.seq).map(toMessage)
    const { k, epoch, all } = this
    return [{ type: 'log', params: { k }, response: { all }, epoch, seq: all.length }]
  }
}

const toMessage = ({ k, epoch, seq, text }: Line) => ({
  type: 'log',
  params: { k },
  response: { line: text },
  epoch,
  seq,
})

/** What a page does with the lines of a log. Not idempotent: a line that comes twice is there twice. */
const RULES: UserRules = {
  on: {
    log: ({ params, response }, cache) => {
      const change = response as Change
      cache.setQueryData(messageKey('log', params), (lines: string[] | undefined) =>
        'all' in change ? change.all : [...(lines ?? []), change.line],
      )
    },
  },
}

/** A page with the real cache and connection, subscribed to logs that each have a position of their own. */
export class SubscriptionWorld {
  readonly logs = [new ServerLog(0), new ServerLog(1)]
  readonly client: QueryClient
  /** How often the server was told to subscribe to each log. */
  readonly subscribed = [0, 0]
  readonly #harness: ConnectionHarness
  readonly #shared: SubscribableConnection
  /** The writer's clock. */
  readonly #writerClock: FakeClock
  readonly #held = new Set<number>()
  #wire: object[] = []
  readonly #watched = new Map<number, () => void>()

  constructor() {
    const {
      client,
      rules,
      clock: writerClock,
      createLiveQueries,
    } = setUpCache({
      scheduleFrame: callback => queueMicrotask(callback),
    })
    client.setDefaultOptions({ queries: { retry: false, networkMode: 'always' } })
    this.client = client
    this.#writerClock = writerClock
    this.#harness = new ConnectionHarness({
      recovery: {
        cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }),
        perSubscription: true,
      },
      maxMessageBytes: 100_000,
    })
    rules.apply([RULES])
    const { clock, connection, sink } = this.#harness
    const liveQueries: LiveQueries = createLiveQueries({ clock, since: () => connection.position.since })
    liveQueries.configure({ liveQueries: [], maxQueries: 10_000 })
    sink.onMessage = createDispatch({ rules, liveQueries, clock, report: () => undefined })
    sink.onGap = (_cause, subscriptions) => {
      if (subscriptions) liveQueries.invalidateKeys(new Set(subscriptions.map(({ hash }) => hash)))
      else liveQueries.invalidateAll()
    }
    sink.onOpen = () => liveQueries.onOpen()
    this.#shared = { connection, liveQueries, closeDelay: 1_000 }
    subscriptionsOf(this.#shared)
  }

  get isOpen(): boolean {
    return this.#harness.status === 'open'
  }

  /** As `useSubscription` does. */
  watch(k: number): void {
    if (this.#watched.has(k)) return
    const shared = this.#shared
    const envelope = { type: 'log', params: { k } }
    const queryKey = messageKey('log', { k })
    const subscriptions = subscriptionsOf(shared)
    const release = subscriptions.acquire(envelope)
    const stopReading = shared.liveQueries.addReader(queryKey, false)
    const isCurrent = (query: Query) => subscriptions.find(query.queryHash)?.isCurrent === true
    const observer = new QueryObserver(this.client, {
      queryKey,
      queryFn: ({ signal }) => fetchSubscribed(shared, envelope, signal),
      staleTime: query => (isCurrent(query as never) ? Infinity : 0),
    })
    const unsubscribe = observer.subscribe(() => undefined)
    this.#watched.set(k, () => {
      unsubscribe()
      stopReading()
      release()
    })
  }

  unwatch(k: number): void {
    this.#watched.get(k)?.()
    this.#watched.delete(k)
  }

  publish(k: number): void {
    const line = this.logs[k]?.add()
    if (line && this.#held.has(k)) this.#wire.push(toMessage(line))
  }

  /** The server forgets old lines, or starts a new log. */
  forget(k: number, isNewEpoch: boolean): void {
    const log = this.logs[k]
    if (!log) return
    log.from = log.lines.length + 1
    if (!isNewEpoch) return
    log.epoch++
    log.lines = []
    log.from = 1
    if (this.#held.has(k)) this.#wire.push(...log.respond({ params: { k }, subscribe: true }))
  }

  refetch(k: number): void {
    void this.client.refetchQueries({ queryKey: messageKey('log', { k }) }).catch(() => undefined)
  }

  invalidate(k: number): void {
    void this.client.invalidateQueries({ queryKey: messageKey('log', { k }) }).catch(() => undefined)
  }

  /**
   * A line gets lost on a live connection. Not the whole log that begins a subscription: the line after it would look like
   * the first message.
   */
  lose(): void {
    const lost = this.#wire.findIndex(message => 'line' in (message as { response: Change }).response)
    if (lost >= 0) this.#wire.splice(lost, 1)
  }

  /** A message arrives twice. */
  repeat(): void {
    const [next] = this.#wire
    if (next) this.#wire.unshift(next)
  }

  async deliver(count: number): Promise<void> {
    this.#serve()
    for (const message of this.#wire.splice(0, count)) this.#harness.receive(message)
    await settle()
    this.#serve()
  }

  async link(): Promise<void> {
    const { connection, transport, clock } = this.#harness
    connection.start()
    await settle()
    for (let turn = 0; turn < 40 && !this.isOpen; turn++) {
      if (transport.running.length > 0) transport.last.sink.onOpen({ resumed: false })
      else clock.advance(30_000)
      await settle()
    }
    this.#serve()
  }

  drop(): void {
    this.#serve()
    this.#wire = []
    this.#held.clear()
    this.#harness.transport.running.at(-1)?.sink.onFailure({ kind: 'network' })
  }

  async wait(ms: number): Promise<void> {
    this.#harness.clock.advance(ms)
    this.#writerClock.advance(ms)
    await settle()
    this.#serve()
  }

  /** Once traffic settles, with one more message of each log, which reveals the loss of the one before. */
  async rest(): Promise<void> {
    await this.link()
    for (let turn = 0; turn < 4; turn++) {
      await this.deliver(Infinity)
      if (turn === 0) for (const { k } of this.logs) this.publish(k)
      await this.deliver(Infinity)
      await this.wait(6_000)
    }
  }

  cached(k: number): unknown {
    return this.#watched.has(k) ? this.client.getQueryData(messageKey('log', { k })) : undefined
  }

  expected(k: number): unknown {
    return this.#watched.has(k) ? this.logs[k]?.all : undefined
  }

  dispose(): void {
    for (const k of [...this.#watched.keys()]) this.unwatch(k)
    this.#harness.connection.dispose()
    this.client.clear()
  }

  /** The server reads what was sent. */
  #serve(): void {
    const { transport } = this.#harness
    if (transport.running.length === 0) return
    for (const data of transport.last.sent.splice(0)) {
      const frame = JSON.parse(data as string) as SubscribeFrame
      const { k } = frame.params
      if (!frame.subscribe) this.#held.delete(k)
      else {
        this.#held.add(k)
        this.subscribed[k] = (this.subscribed[k] ?? 0) + 1
        this.#wire.push(...(this.logs[k]?.respond(frame) ?? []))
      }
    }
  }
}
