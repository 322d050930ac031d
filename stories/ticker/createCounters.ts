/** Counters of one second. */
export interface Pace {
  readonly messages: number
  readonly rows: number
  readonly frames: number
}

/** Counters that change too often to render every change. */
export interface Counters {
  /** Counts one. */
  add(name: keyof Pace): void
  /** The last second; the same object until the next one. */
  getSnapshot(): Pace
  subscribe(notify: () => void): () => void
  /** Totals since the start. */
  readonly totals: Readonly<Pace>
}

/** Time between two updates (ms). */
const STEP = 1_000

const none = (): Record<keyof Pace, number> => ({ messages: 0, rows: 0, frames: 0 })

export function createCounters(): Counters {
  const totals = none()
  let before = none()
  let pace: Pace = none()
  let measuredAt = 0

  function measure(now: number): boolean {
    const elapsed = now - measuredAt
    if (elapsed < STEP) return false
    const aSecond = (name: keyof Pace) => Math.round(((totals[name] - before[name]) * 1_000) / elapsed)
    pace = { messages: aSecond('messages'), rows: aSecond('rows'), frames: aSecond('frames') }
    before = { ...totals }
    measuredAt = now
    return true
  }

  return {
    totals,
    add: name => void (totals[name] += 1),
    getSnapshot: () => pace,
    subscribe(notify) {
      measuredAt = performance.now()
      before = { ...totals }
      let frame = requestAnimationFrame(function count(now) {
        totals.frames += 1
        if (measure(now)) notify()
        frame = requestAnimationFrame(count)
      })
      return () => cancelAnimationFrame(frame)
    },
  }
}
