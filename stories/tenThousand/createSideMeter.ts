import { onEachFrame } from './onEachFrame.ts'
import type { Reading, Report } from './report.ts'

/** Time between two reports (ms). */
const STEP = 500
/** Number of steps in a reading. */
const STEPS = 4

/** Counters of one step. */
interface Step {
  readonly from: number
  frames: number
  messages: number
  /** Ages of newly shown prices (ms). */
  readonly ages: number[]
}

export interface SideMeter {
  /** Counts a message. */
  readonly countMessage: () => void
  /** Watches the row elements and reports until the returned function is called. */
  start(rows: readonly HTMLElement[], report: (report: Report) => void): () => void
}

/** Measures what the page shows, in the same way for both sides. */
export function createSideMeter(): SideMeter {
  let steps: Step[] = []
  let step = createStep()

  function look(rows: readonly HTMLElement[], seen: Map<HTMLElement, string>): void {
    step.frames += 1
    const now = Date.now()
    for (const row of rows) {
      const at = row.dataset['at']
      const before = seen.get(row)
      if (at === undefined || at === before) continue
      seen.set(row, at)
      // The first price may be old, so it does not count.
      if (before !== undefined) step.ages.push(Math.max(0, now - Number(at)))
    }
  }

  function read(): Reading {
    steps = [...steps.slice(1 - STEPS), step]
    step = createStep()
    const elapsed = step.from - (steps[0]?.from ?? 0)
    const aSecond = (name: 'frames' | 'messages') =>
      (steps.reduce((sum, { [name]: count }) => sum + count, 0) * 1_000) / elapsed
    const ages = Float64Array.from(steps.flatMap(one => one.ages)).sort()
    const age = (share: number) => ages[Math.ceil(ages.length * share) - 1] ?? null
    return { frames: aSecond('frames'), messages: aSecond('messages'), p50: age(0.5), p95: age(0.95) }
  }

  function forget(): void {
    steps = []
    step = createStep()
  }

  return {
    countMessage: () => {
      step.messages += 1
    },
    start(rows, report) {
      const seen = new Map<HTMLElement, string>()
      const isInSight = watchSight(forget)
      const endFrames = onEachFrame(() => look(rows, seen))
      const timer = setInterval(() => {
        report({ reading: isInSight() ? read() : null, shown: shownBy(rows) })
      }, STEP)
      return () => {
        clearInterval(timer)
        endFrames()
      }
    },
  }
}

function createStep(): Step {
  return { from: performance.now(), frames: 0, messages: 0, ages: [] }
}

/** Tracks whether the page is drawn. Browsers skip pages that are scrolled away or hidden. */
function watchSight(onChange: () => void): () => boolean {
  let isScrolledAway = false
  new IntersectionObserver(([entry]) => {
    isScrolledAway = entry?.isIntersecting === false
    onChange()
  }).observe(document.body)
  document.addEventListener('visibilitychange', onChange)
  return () => !isScrolledAway && document.visibilityState === 'visible'
}

function shownBy(rows: readonly HTMLElement[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ dataset }) => [dataset['symbol'] ?? '', Number(dataset['last'])]))
}
