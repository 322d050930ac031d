export interface History<Moment> {
  subscribe(notify: () => void): () => void
  /** A fixed number of moments, oldest first; `undefined` before the first one. */
  getSnapshot(): readonly (Moment | undefined)[]
}

export interface HistoryOptions<Moment> {
  /** Reads the current moment. */
  read(): Moment | undefined
  /** Time between two readings (ms). */
  readonly step: number
  /** Length of the history (ms). */
  readonly span: number
}

/** Creates a history that reads once a step while it has subscribers. */
export function createHistory<Moment>({ read, step, span }: HistoryOptions<Moment>): History<Moment> {
  const listeners = new Set<() => void>()
  let moments = Array.from({ length: span / step + 1 }, (): Moment | undefined => undefined)
  let timer: ReturnType<typeof setInterval> | undefined

  function tick(): void {
    moments = [...moments.slice(1), read()]
    for (const notify of listeners) notify()
  }

  return {
    subscribe(notify) {
      listeners.add(notify)
      timer ??= setInterval(tick, step)
      return () => {
        listeners.delete(notify)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
    getSnapshot: () => moments,
  }
}

/** Times of the moments of a history, in seconds relative to now. */
export function timesOf({ step, span }: Pick<HistoryOptions<unknown>, 'step' | 'span'>): readonly number[] {
  return Array.from({ length: span / step + 1 }, (_, index) => (index * step - span) / 1_000)
}
