import { backoffDelay, defaultGapSpread } from '../src/core/backoff.ts'
import type { Event, State, World } from '../src/core/connectionState.ts'
import { decideFailure, type Failure } from '../src/core/failure.ts'
import { transition } from '../src/core/machine.ts'
import { DEFAULT_RECONNECT } from '../src/providers/options.ts'

/** One client; all times in ms. */
interface Client {
  /** Its connection drops, or an attempt is refused. Returns the wait before the next attempt; `null` to give up. */
  failed(now: number, retryAfter: number): number | null
  /** An attempt succeeds. Returns the wait before it refetches. */
  opened(now: number): number
}

interface Started {
  client: Client
  wait: number | null
}

type Attempt = (client: Client, now: number) => number | null

/** How clients reconnect. `random` returns numbers in [0, 1). */
export type Policy = (random: () => number) => Client

/** How many queries one client refetches after a gap. */
const QUERIES = 10
/** A client without an attempt for this long after the outage does not return (ms). */
const PATIENCE = 600_000

/** This library: the real state machine, with the options of a provider. */
export function machine(options: Partial<typeof DEFAULT_RECONNECT> = {}): Policy {
  const times = { ...DEFAULT_RECONNECT, ...options }
  const pausedBy: World['pausedBy'] = new Set()
  return random => {
    const world = (now: number): World => ({ now, random: random(), pausedBy, times })
    let state: State = { name: 'idle' }
    const handle = (event: Event, now: number) => ({ state } = transition(state, event, world(now)))
    const attempt = (now: number) => {
      handle({ type: 'timed-out' }, now)
      handle({ type: 'authorized', token: 'none' }, now)
    }
    handle({ type: 'start' }, -60_000)
    handle({ type: 'authorized', token: 'none' }, -60_000)
    handle({ type: 'opened' }, -60_000)
    handle({ type: 'timed-out' }, -60_000)
    return {
      failed(now, retryAfter) {
        if (state.name === 'waiting') attempt(now)
        const failure: Failure = { kind: 'status', status: 503, retryAfter }
        handle({ type: 'failed', failure, decision: decideFailure(failure) }, now)
        return state.name === 'waiting' ? state.until - now : null
      },
      opened(now) {
        attempt(now)
        handle({ type: 'opened' }, now)
        const { downSince } = (state as State & { name: 'open' }).progress
        return random() * defaultGapSpread(now - (downSince ?? now))
      },
    }
  }
}

/** Waits by a function of the attempt's number, and refetches at once. */
function byCount(delay: (count: number, random: () => number) => number | undefined): Policy {
  return random => {
    let count = 0
    return {
      failed(_now, retryAfter) {
        const wait = delay(count++, random)
        return wait === undefined ? null : Math.max(retryAfter, wait)
      },
      opened: () => 0,
    }
  }
}

/** A random share of a step that doubles from 1 s to 20 s. */
export const fullJitter = byCount((count, random) =>
  backoffDelay(count, { minDelay: 1_000, maxDelay: 20_000, factor: 2 }, random()),
)

/** The defaults of centrifuge-js 5: 500 ms, and full jitter on top, up to 20 s. */
const centrifuge = byCount((count, random) =>
  Math.min(20_000, 500 + backoffDelay(count, { minDelay: 500, maxDelay: 20_000, factor: 2 }, random())),
)

const SIGNALR_DELAYS = [0, 2_000, 10_000, 30_000]

/** The defaults of SignalR's `withAutomaticReconnect()`: four attempts. */
const signalR = byCount(count => SIGNALR_DELAYS[count])

export const policies: Readonly<Record<string, Policy>> = {
  'react-query-realtime': machine(),
  'full jitter, 1 s to 20 s': fullJitter,
  'centrifuge-js': centrifuge,
  SignalR: signalR,
}

export interface HerdOptions {
  clients: number
  /** How long no attempt succeeds (ms). */
  outage: number
  /** The `Retry-After` that all clients receive when the outage begins (ms). */
  retryAfter?: number
  /** How many attempts per second succeed after the outage. Default: all. */
  handshakes?: number
}

/** What a server sees; rates per second. */
export interface Herd {
  /** During the outage. */
  meanAttempts: number
  peakAttempts: number
  peakRefetches: number
  refused: number
  /** From the end of the outage until 99 % are back (ms); `Infinity` if they do not return. */
  backAfter: number
}

/** All clients lose their connection at 0 and reconnect by a policy. The same options give the same result. */
export function runHerd(
  policy: Policy,
  { clients, outage, retryAfter = 0, handshakes = Infinity }: HerdOptions,
): Herd {
  const random = seeded(1)
  const [attempts, accepted, refetches] = [new Counts(), new Counts(), new Counts()]
  const back: number[] = []
  let refused = 0
  /** One attempt. Returns the wait before the next one, if there is one. */
  const attempt: Attempt = (client, now) => {
    attempts.add(now, 1)
    if (now < outage || accepted.at(now) >= handshakes) {
      refused++
      return client.failed(now, 0)
    }
    accepted.add(now, 1)
    back.push(now - outage)
    refetches.add(now + client.opened(now), QUERIES)
    return null
  }
  const run = handshakes === Infinity ? oneByOne : inOrder
  const started = function* () {
    for (let count = 0; count < clients; count++) {
      const client = policy(random)
      yield { client, wait: client.failed(0, retryAfter) }
    }
  }
  run(started(), attempt, outage + PATIENCE)
  back.sort((a, b) => a - b)
  return {
    meanAttempts: outage === 0 ? 0 : attempts.until(outage) / (outage / 1_000),
    peakAttempts: attempts.peak,
    peakRefetches: refetches.peak,
    refused,
    backAfter: back[Math.ceil(0.99 * clients) - 1] ?? Infinity,
  }
}

/** Counts events per second. */
class Counts {
  readonly #bySecond: number[] = []

  add(now: number, count: number): void {
    const second = Math.floor(now / 1_000)
    this.#bySecond[second] = (this.#bySecond[second] ?? 0) + count
  }

  at(now: number): number {
    return this.#bySecond[Math.floor(now / 1_000)] ?? 0
  }

  /** Up to a full second (ms). */
  until(end: number): number {
    return this.#bySecond.slice(0, end / 1_000).reduce((sum, count) => sum + count, 0)
  }

  get peak(): number {
    return this.#bySecond.reduce((peak, count) => Math.max(peak, count), 0)
  }
}

/** Simulates clients one by one, if none influences another: their garbage is collected early. */
function oneByOne(clients: Iterable<Started>, attempt: Attempt, end: number): void {
  for (const { client, wait } of clients) {
    let next = wait
    for (let now = 0; next !== null && (now += next) < end;) next = attempt(client, now)
  }
}

/** Simulates all clients in the order of their attempts, to within 10 ms. */
function inOrder(clients: Iterable<Started>, attempt: Attempt, end: number): void {
  const slots: ({ client: Client; due: number }[] | undefined)[] = []
  const add = (client: Client, due: number) => (slots[Math.floor(due / 10)] ??= []).push({ client, due })
  for (const { client, wait } of clients) if (wait !== null) add(client, wait)
  for (let slot = 0; slot < Math.min(slots.length, end / 10); slot++) {
    // The loop also handles attempts that become due in this slot meanwhile.
    for (const { client, due } of slots[slot] ?? []) {
      const wait = attempt(client, due)
      if (wait !== null) add(client, due + wait)
    }
    slots[slot] = undefined
  }
}

/** Numbers in [0, 1) that look random but are the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
