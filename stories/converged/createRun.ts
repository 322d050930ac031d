import type { Demo } from '../parts/demo.ts'
import { createDriver } from './createDriver.ts'
import type { Ask } from './driverSocket.ts'
import { createSide, type Counts, type Side } from './createSide.ts'
import type { Difference } from './differences.ts'
import { createJudge, type Verdict } from './createJudge.ts'
import { planRun } from './planRun.ts'

export type Run = ReturnType<typeof createRun>

export interface RunOptions {
  readonly demo: Demo
  readonly ask: Ask
  readonly seed: number
  /** How long it is made hard for both sides. */
  readonly seconds: number
}

/** One look at both caches. */
export interface Look {
  /** Since the beginning (ms). */
  readonly at: number
  /** How many orders are not as the server has them, of the library and of the glue. */
  readonly differing: readonly [library: number, glue: number]
}

export interface SideView extends Counts {
  readonly isOpen: boolean
  readonly differing: readonly Difference[]
  /** When all is quiet. */
  readonly verdict?: Verdict
}

export interface RunView {
  readonly phase: 'preparing' | 'running' | 'settling' | 'done' | 'failed'
  readonly looks: readonly Look[]
  readonly sides: readonly [library: SideView, glue: SideView]
  readonly error?: string
}

/** Between two looks at the caches (ms). */
const STEP = 200
/** For how long nothing happens when all is quiet (ms): longer than what either side may still have in mind. */
const QUIET = 2_500
/** Who is not quiet by then never will be (ms). */
const PATIENCE = 30_000

/** Creates a run: both sides, and what is done to them. */
export function createRun({ demo, ask, seed, seconds }: RunOptions) {
  const sides = [createSide('library'), createSide('glue')] as const
  const driver = createDriver({ demo, ask, sides })
  const judge = createJudge(sides)
  const plan = planRun({ seed, seconds })
  const listeners = new Set<() => void>()
  let view: RunView = { phase: 'preparing', looks: [], sides: [viewOf(sides[0]), viewOf(sides[1])] }

  function show(change: Partial<RunView>): void {
    view = { ...view, ...change }
    for (const listener of listeners) listener()
  }

  async function prepare(signal: AbortSignal): Promise<void> {
    await demo.post('/feed', { rate: 0, symbols: [] })
    for (const order of plan.orders) await driver.perform({ at: 0, ...order })
    await until(() => sides.every(({ isOpen }) => isOpen()), signal)
    await driver.perform({ at: 0, do: 'refetch', what: 'both', answerAfter: 0 })
    await until(() => sides.every(({ queryClient }) => queryClient.isFetching() === 0), signal)
  }

  async function carryOut(begin: number, signal: AbortSignal): Promise<void> {
    for (const step of plan.steps) {
      await sleep(begin + step.at - performance.now())
      signal.throwIfAborted()
      await driver.perform(step)
    }
  }

  async function look(begin: number): Promise<void> {
    const held = await driver.held()
    const [library, glue] = judge.look(held)
    const at = performance.now() - begin
    show({
      looks: [...view.looks, { at, differing: [library.length, glue.length] }],
      sides: [viewOf(sides[0], library), viewOf(sides[1], glue)],
    })
  }

  async function run(signal: AbortSignal): Promise<void> {
    await prepare(signal)
    const begin = performance.now()
    show({ phase: 'running' })
    const eyes = setInterval(() => void look(begin), STEP)
    signal.addEventListener('abort', () => clearInterval(eyes))
    await carryOut(begin, signal)
    show({ phase: 'settling' })
    await driver.clear()
    await until(() => sides.every(({ isQuiet }) => isQuiet(QUIET)), signal)
    clearInterval(eyes)
    await look(begin)
    const [library, glue] = judge.decide(await driver.truth())
    show({
      phase: 'done',
      sides: [
        { ...viewOf(sides[0], library.differing), verdict: library },
        { ...viewOf(sides[1], glue.differing), verdict: glue },
      ],
    })
  }

  return {
    sides,
    seconds,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    getSnapshot: () => view,
    /** Begins; the returned function ends it. */
    start(): () => void {
      const abort = new AbortController()
      const { signal } = abort
      // Not before the next task, as StrictMode starts, ends and starts again.
      void sleep(0)
        .then(() => signal.throwIfAborted())
        .then(() => run(signal))
        .catch((error: unknown) => {
          if (!signal.aborted) show({ phase: 'failed', error: String(error) })
        })
      return () => abort.abort()
    },
  }
}

function viewOf(side: Side, differing: readonly Difference[] = []): SideView {
  return { ...side.counts, isOpen: side.isOpen(), differing }
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
