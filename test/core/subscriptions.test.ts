import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Subscription } from '../../src/core/correlation.ts'
import { hashValue } from '../../src/core/hash.ts'
import { Subscriptions } from '../../src/core/subscriptions.ts'
import { ConnectionHarness, settle } from '../support/connectionHarness.ts'

const CLOSE_DELAY = 1_000
const SYMBOLS = 2_000
const ON_SCREEN = 300

/** A connection with a server that holds what it is sent by the default frames. */
class SubscribingHarness extends ConnectionHarness {
  readonly refusals: string[] = []
  readonly missed: string[] = []
  readonly subscriptions: Subscriptions
  /** How many frames of each attempt the server has read. */
  #read = new Map<object, number>()
  #held = new Set<string>()

  constructor() {
    super()
    const { connection, clock } = this
    this.subscriptions = connection.subscriptions = new Subscriptions({
      clock,
      hashOf: hashValue,
      closeDelay: () => CLOSE_DELAY,
      post: connection.post,
      mayOpen: () => connection.mayOpen,
      recovery: () => connection.options.recovery,
      onGap: (cause, { hash }) => void this.missed.push(`${cause} ${hash}`),
      onChange: () => undefined,
      onAccepted: () => undefined,
      report: event => void this.events.push(event),
      onRefused: ({ hash }: Subscription) => void this.refusals.push(hash),
    })
  }

  want(symbol: number | string): () => void {
    return this.subscriptions.acquire({ type: 'price', params: { symbol } })
  }

  /** What the server holds, after it has read everything that was sent. A closed link takes all with it. */
  held(): string[] {
    const { last } = this.transport
    if (!this.#read.has(last)) this.#held = new Set()
    for (const data of last.sent.slice(this.#read.get(last) ?? 0)) {
      const { params, subscribe } = JSON.parse(data as string) as { params: object; subscribe: boolean }
      const key = JSON.stringify(params)
      if (subscribe) {
        expect(this.#held.has(key), `${key} was subscribed twice`).toBe(false)
        this.#held.add(key)
      } else expect(this.#held.delete(key), `${key} was not subscribed`).toBe(true)
    }
    this.#read.set(last, last.sent.length)
    return [...this.#held].sort()
  }
}

type Step = (world: World) => Promise<void> | void
const named = (name: string, step: Step) => Object.assign(step, { toString: () => name })

/** A page that scrolls through the symbols, and has a few more components for symbols of its own. */
class World {
  readonly harness = new SubscribingHarness()
  readonly #rows = new Map<number, () => void>()
  #others: { symbol: number; release: () => void }[] = []
  isMounted = true
  at = 0

  scroll(to: number): void {
    this.at = to
    this.render()
  }

  /** Mounts and unmounts rows as React does: unmounts first, all in one task. */
  render(): void {
    const visible = new Set<number>()
    if (this.isMounted) for (let row = 0; row < ON_SCREEN; row++) visible.add((this.at + row) % SYMBOLS)
    for (const [symbol, release] of [...this.#rows]) {
      if (visible.has(symbol)) continue
      release()
      this.#rows.delete(symbol)
    }
    for (const symbol of visible) {
      if (!this.#rows.has(symbol)) this.#rows.set(symbol, this.harness.want(symbol))
    }
  }

  addOther(symbol: number): void {
    this.#others.push({ symbol, release: this.harness.want(symbol) })
  }

  dropOther(): void {
    this.#others.shift()?.release()
  }

  wanted(): string[] {
    const all = new Set([...this.#rows.keys(), ...this.#others.map(({ symbol }) => symbol)])
    return [...all].map(symbol => JSON.stringify({ symbol })).sort()
  }

  async quiet(): Promise<void> {
    const { harness } = this
    for (let turn = 0; turn < 50 && harness.status !== 'open'; turn++) {
      harness.clock.advance(30_000)
      await settle()
      if (harness.transport.running.length > 0 && harness.status !== 'open')
        harness.transport.last.sink.onOpen({ resumed: false })
    }
    harness.clock.advance(CLOSE_DELAY)
    await settle()
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.nat({ max: SYMBOLS - 1 }).map(to => named(`scroll to ${to}`, w => w.scroll(to))),
  },
  {
    weight: 5,
    arbitrary: fc
      .integer({ min: -40, max: 40 })
      .map(by => named(`scroll by ${by}`, w => w.scroll((w.at + by + SYMBOLS) % SYMBOLS))),
  },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 40 }).map(symbol => named(`show ${symbol} elsewhere`, w => w.addOther(symbol))),
  },
  { weight: 2, arbitrary: fc.constant(named('hide that', w => w.dropOther())) },
  {
    weight: 1,
    arbitrary: fc.boolean().map(is => named(is ? 'mount' : 'unmount', w => ((w.isMounted = is), w.render()))),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(1, 400, 999, 1_000, 5_000)
      .map(ms => named(`wait ${ms}`, w => w.harness.clock.advance(ms))),
  },
  { weight: 4, arbitrary: fc.constant(named('settle', () => settle())) },
  {
    weight: 1,
    arbitrary: fc.constant(
      named('drop', w => w.harness.transport.running.at(-1)?.sink.onFailure({ kind: 'network' })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constant(
      named('open', async w => {
        await settle()
        if (w.harness.status !== 'open' && w.harness.transport.running.length > 0)
          w.harness.transport.last.sink.onOpen({ resumed: false })
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant(named('reconnect', w => w.harness.connection.reconnect())) },
)

test('at any quiet moment the server holds exactly the symbols on screen, and none was sent twice', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
    const world = new World()
    await world.harness.open()
    world.render()
    for (const run of steps) {
      await run(world)
      world.harness.held()
    }
    await world.quiet()
    expect(world.harness.held()).toEqual(world.wanted())
    world.harness.connection.dispose()
    expect(world.harness.clock.pending).toBe(0)
  })
  await fc.assert(property, { numRuns: 60, verbose: true })
})
