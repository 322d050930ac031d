/** A list of listeners. Each is called once per `emit`, in the order of subscription. */
export interface Emitter<Event> {
  subscribe(listener: (event: Event) => void): () => void
  emit(event: Event): void
  readonly size: number
}

/** Creates an emitter. Listeners may add or remove listeners during a call; the others are still called. */
export function createEmitter<Event = void>(): Emitter<Event> {
  const listeners = new Set<{ call: (event: Event) => void }>()
  return {
    subscribe(listener) {
      const entry = { call: listener }
      listeners.add(entry)
      return () => {
        listeners.delete(entry)
      }
    },
    emit(event) {
      for (const entry of [...listeners]) if (listeners.has(entry)) entry.call(event)
    },
    get size() {
      return listeners.size
    },
  }
}
