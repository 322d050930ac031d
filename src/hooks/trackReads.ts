import { useMemo, useState, useSyncExternalStore } from 'react'

/** What a component follows. React's tools show it, so nothing secret may be reachable from it. */
export interface SnapshotSource<Snapshot> {
  /** The snapshot as of the last subscription. Later ones are passed to the listener. */
  readonly snapshot: Snapshot
  subscribe(listener: (snapshot: Snapshot) => void): () => void
}

/**
 * Follows a source. Returns a copy of `base` that also has the properties of the current snapshot; reading one
 * of them tracks it. The component re-renders only when a property that it has read changes. The copy is the
 * same object until `base` or the snapshot changes.
 *
 * @param initial the snapshot on the server.
 */
export function useTrackedReads<Snapshot extends object, Base extends object>(
  source: SnapshotSource<Snapshot>,
  initial: Snapshot,
  base: Base,
): Base & Snapshot {
  const [read] = useState(() => new Set<keyof Snapshot>())
  const { subscribe, select } = useMemo(() => createStore(source, read), [source, read])
  const snapshot = useSyncExternalStore(subscribe, select, () => initial)
  return useMemo(() => trackReads(base, snapshot, read), [base, snapshot, read])
}

/** A store of the source. `select` returns the previous snapshot until a property that was read changes. */
function createStore<Snapshot extends object>(
  source: SnapshotSource<Snapshot>,
  read: ReadonlySet<keyof Snapshot>,
) {
  let latest = source.snapshot
  let selected = latest
  return {
    subscribe(notify: () => void): () => void {
      const unsubscribe = source.subscribe(snapshot => {
        latest = snapshot
        notify()
      })
      latest = source.snapshot
      return unsubscribe
    },
    select(): Snapshot {
      if (latest !== selected && [...read].some(key => selected[key] !== latest[key])) selected = latest
      return selected
    },
  }
}

function trackReads<Base extends object, Snapshot extends object>(
  base: Base,
  snapshot: Snapshot,
  read: Set<keyof Snapshot>,
): Base & Snapshot {
  // The values of accessors are not read: reading a property of a query's result subscribes to it.
  const properties = Object.getOwnPropertyDescriptors<object>(base)
  const copy = Object.create(Object.getPrototypeOf(base) as object, properties) as object
  for (const key of Object.keys(snapshot) as (keyof Snapshot)[]) {
    Object.defineProperty(copy, key, {
      enumerable: true,
      get(): Snapshot[keyof Snapshot] {
        read.add(key)
        return snapshot[key]
      },
    })
  }
  return copy as never
}
