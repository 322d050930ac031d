import type { Demo } from '../parts/demo.ts'
import { createDriver } from './createDriver.ts'
import { createJudge, type Verdict } from './createJudge.ts'
import { createSide, type Counts } from './createSide.ts'
import type { Difference } from './differences.ts'
import type { SendRequest } from './driverSocket.ts'
import type { Deed } from './deeds.ts'
import { planRun } from './planRun.ts'
import { type Both, forBoth, type SideName } from './sides.ts'

export interface RunOptions {
  readonly demo: Demo
  readonly request: SendRequest
  readonly seed: number
  /** Duration of the faults (s). */
  readonly seconds: number
}

/** One look at both caches. */
export interface Look {
  /** Since the start (ms). */
  readonly at: number
  /** The orders that differ from the server. */
  readonly differing: Both<readonly Difference[]>
}

export interface SideView extends Counts {
  readonly isOpen: boolean
  readonly differing: readonly Difference[]
  /** Time with at least one wrong order (ms). */
  readonly wrongFor: number
  /** Set once traffic has settled. */
  readonly verdict: Verdict | undefined
}

export interface RunView {
  readonly phase: 'preparing' | 'running' | 'settling' | 'done' | 'failed'
  readonly looks: readonly Look[]
  /** How often each deed was done. */
  readonly done: Readonly<Record<Deed['do'], number>>
  /** When both sockets dropped, since the start (ms). */
  readonly cuts: readonly number[]
  readonly sides: Both<SideView>
  readonly error?: string
}

/** Time between two looks at the caches (ms). */
const STEP = 200
/** Traffic has settled after this long without events (ms): longer than any pending retry. */
const QUIET = 2_500
/** Upper limit for waiting (ms). */
const PATIENCE = 30_000
const NOTHING = {
  create: 0,
  change: 0,
  cancel: 0,
  remove: 0,
  refetch: 0,
  drop: 0,
  rejoin: 0,
  lose: 0,
  forget: 0,
}

/** Creates a run with both sides, their faults and their results. */
export function createRun({ demo, request, seed, seconds }: RunOptions) {
  const sides = forBoth(createSide)
  const both = Object.values(sides)
  const driver = createDriver({ demo, request, sides: both })
  const judge = createJudge(sides)
  const plan = planRun({ seed, seconds })
  const listeners = new Set<() => void>()
  let verdicts: Both<Verdict> | undefined
  let view: RunView = { phase: 'preparing', looks: [], done: NOTHING, cuts: [], sides: forBoth(sideView) }

  function sideView(name: SideName, looks: readonly Look[] = []): SideView {
    const side = sides[name]
    const verdict = verdicts?.[name]
    const differing = verdict?.differing ?? looks.at(-1)?.differing[name] ?? []
    return {
      ...side.counts,
      isOpen: side.isOpen(),
      differing,
      wrongFor: wrongFor(name, looks),
      verdict,
    }
  }

  function show(change: Partial<RunView>): void {
    const looks = change.looks ?? view.looks
    view = { ...view, ...change, sides: forBoth(name => sideView(name, looks)) }
    for (const listener of listeners) listener()
  }

  async function prepare(signal: AbortSignal): Promise<void> {
    await demo.post('/feed', { rate: 0, symbols: [] })
    for (const order of plan.orders) await driver.perform(order)
    await until(() => both.every(({ isOpen }) => isOpen()), signal)
    await driver.perform({ do: 'refetch', what: 'both', respondAfter: 0 })
    await until(() => both.every(({ queryClient }) => queryClient.isFetching() === 0), signal)
  }

  async function carryOut(begin: number, signal: AbortSignal): Promise<void> {
    let start = begin
    for (const step of plan.steps) {
      await sleep(start + step.at - performance.now())
      signal.throwIfAborted()
      if (step.do === 'rejoin') {
        await until(() => both.every(({ isOpen }) => isOpen()), signal)
        start = performance.now() - step.at
        continue
      }
      await driver.perform(step)
      const cuts = step.do === 'drop' ? [...view.cuts, performance.now() - begin] : view.cuts
      show({ done: { ...view.done, [step.do]: view.done[step.do] + 1 }, cuts })
    }
  }

  async function look(begin: number): Promise<void> {
    const differing = judge.look(await driver.held())
    show({ looks: [...view.looks, { at: performance.now() - begin, differing }] })
  }

  async function run(signal: AbortSignal): Promise<void> {
    await prepare(signal)
    const begin = performance.now()
    show({ phase: 'running' })
    // A look without a reply is skipped.
    const eyes = setInterval(() => void look(begin).catch(() => undefined), STEP)
    signal.addEventListener('abort', () => clearInterval(eyes))
    await carryOut(begin, signal)
    show({ phase: 'settling' })
    await driver.clear()
    await until(() => both.every(({ isQuiet }) => isQuiet(QUIET)), signal)
    clearInterval(eyes)
    verdicts = judge.decide(await driver.truth())
    show({ phase: 'done' })
  }

  return {
    sides,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    getSnapshot: () => view,
    /** Starts the run and returns a function that stops it. */
    start(): () => void {
      const abort = new AbortController()
      const { signal } = abort
      // Deferred, because StrictMode starts, stops and starts again.
      const begin = async () => {
        await sleep(0)
        signal.throwIfAborted()
        await run(signal)
      }
      begin().catch((error: unknown) => {
        if (!signal.aborted) show({ phase: 'failed', error: String(error) })
      })
      return () => abort.abort()
    },
  }
}

function wrongFor(name: SideName, looks: readonly Look[]): number {
  return looks.reduce((sum, { at, differing }, index) => {
    return differing[name].length > 0 ? sum + at - (looks[index - 1]?.at ?? at) : sum
  }, 0)
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.max(0, ms)))
}

async function until(isTrue: () => boolean, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE
  while (!isTrue() && performance.now() < end) {
    await sleep(STEP / 2)
    signal.throwIfAborted()
  }
}
