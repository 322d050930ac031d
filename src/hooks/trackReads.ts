import { useMemo, useState, useSyncExternalStore } from 'react'

/** What a component follows. Before it calls `notify`, its current snapshot is another object. */
export interface SnapshotSource<Snapshot> {
  /** The holder of the snapshot. */
  readonly current: { readonly snapshot: Snapshot }
  readonly subscribe: (notify: () => void) => () => void
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
  const select = useMemo(() => createSelect(source, read), [source, read])
  const snapshot = useSyncExternalStore(source.subscribe, select, () => initial)
  return useMemo(() => trackReads(base, snapshot, read), [base, snapshot, read])
}

/** Returns the previous snapshot until a property that was read changes. */
function createSelect<Snapshot extends object>(
  source: SnapshotSource<Snapshot>,
  read: ReadonlySet<keyof Snapshot>,
): () => Snapshot {
  let selected = source.current.snapshot
  return () => {
    const { snapshot } = source.current
    if (snapshot !== selected && [...read].some(key => selected[key] !== snapshot[key])) selected = snapshot
    return selected
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
