export interface History<Moment> {
  subscribe(notify: () => void): () => void
  /** The moments shown, oldest first, `undefined` before there was one; always as many. */
  getSnapshot(): readonly (Moment | undefined)[]
}

export interface HistoryOptions<Moment> {
  /** How it stands now. */
  read(): Moment | undefined
  /** Between two readings, and so between two drawings (ms). */
  readonly step: number
  /** How far back it goes (ms). */
  readonly span: number
}

/** Reads at each step while somebody looks. */
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

/** When the moments of a history were, in seconds before now. */
export function timesOf({ step, span }: Pick<HistoryOptions<unknown>, 'step' | 'span'>): readonly number[] {
  return Array.from({ length: span / step + 1 }, (_, index) => (index * step - span) / 1_000)
}
