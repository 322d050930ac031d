import type { RealtimeEvent } from 'react-query-realtime'

/** An event and its time (ms since 1970). */
export interface LoggedEvent {
  readonly id: number
  readonly at: number
  readonly event: RealtimeEvent
}

export type EventStore = ReturnType<typeof createEventStore>

const LIMIT = 50

/** Keeps the last 50 events of a provider's `onEvent`, newest first. */
export function createEventStore() {
  let entries: readonly LoggedEvent[] = []
  let count = 0
  const listeners = new Set<() => void>()

  return {
    add(event: RealtimeEvent): void {
      entries = [{ id: ++count, at: Date.now(), event }, ...entries.slice(0, LIMIT - 1)]
      for (const listener of listeners) listener()
    },
    getSnapshot: () => entries,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
