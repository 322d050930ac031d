/** Tracks which properties a component reads, so that it re-renders only when one of these changes. */
interface Tracker<Snapshot extends object> {
  /** Returns the previous snapshot, unless a property that was read differs in `next`. */
  select(next: Snapshot): Snapshot
  /** Gives `target` the properties of the snapshot; reading one tracks it. */
  expose<Target extends object>(target: Target, snapshot: Snapshot): Target & Snapshot
}

/** Creates the tracker of one component. */
export function createTracker<Snapshot extends object>(): Tracker<Snapshot> {
  const read = new Set<keyof Snapshot>()
  let selected: Snapshot | undefined
  return {
    select(next) {
      const before = selected
      if (!before || [...read].some(key => before[key] !== next[key])) selected = next
      return selected ?? next
    },
    expose(target, snapshot) {
      for (const key of Object.keys(snapshot) as (keyof Snapshot)[]) {
        Object.defineProperty(target, key, {
          enumerable: true,
          get(): Snapshot[keyof Snapshot] {
            read.add(key)
            return snapshot[key]
          },
        })
      }
      return target as never
    },
  }
}
