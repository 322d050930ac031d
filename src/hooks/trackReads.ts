import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'

/** What a component follows. Before it calls `notify`, it replaces its snapshot. */
export interface SnapshotSource<Snapshot> {
  readonly snapshot: Snapshot
  readonly subscribe: (notify: () => void) => () => void
}

/** Gives an object the properties of the current snapshot. Reading one of them tracks it. */
type Track<Snapshot> = <Target extends object>(target: Target) => Target & Snapshot

/**
 * Follows a source. The component re-renders only when a property that it has read changes. The returned function
 * changes only with the snapshot.
 *
 * @param initial the snapshot on the server.
 */
export function useTrackedReads<Snapshot extends object>(
  source: SnapshotSource<Snapshot>,
  initial: Snapshot,
): Track<Snapshot> {
  const [read] = useState(() => new Set<keyof Snapshot>())
  const select = useMemo(() => createSelect(source, read), [source, read])
  const snapshot = useSyncExternalStore(source.subscribe, select, () => initial)
  return useCallback(target => trackReads(target, snapshot, read), [snapshot, read])
}

/** Returns the previous snapshot until a property that was read changes. */
function createSelect<Snapshot extends object>(
  source: SnapshotSource<Snapshot>,
  read: ReadonlySet<keyof Snapshot>,
): () => Snapshot {
  let selected = source.snapshot
  return () => {
    const { snapshot } = source
    if (snapshot !== selected && [...read].some(key => selected[key] !== snapshot[key])) selected = snapshot
    return selected
  }
}

function trackReads<Target extends object, Snapshot extends object>(
  target: Target,
  snapshot: Snapshot,
  read: Set<keyof Snapshot>,
): Target & Snapshot {
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
}
