import { createContext, useContext, useSyncExternalStore } from 'react'

/** Number of responses by HTTP status. */
export type Responses = Readonly<Record<number, number>>

export type ResponseStore = ReturnType<typeof createResponseStore>

/** Creates a `fetch` that counts its responses. */
export function createResponseStore() {
  let responses: Responses = {}
  const listeners = new Set<() => void>()
  return {
    fetch: async (url: string, init?: RequestInit): Promise<Response> => {
      const response = await fetch(url, init)
      responses = { ...responses, [response.status]: (responses[response.status] ?? 0) + 1 }
      for (const listener of listeners) listener()
      return response
    },
    getSnapshot: () => responses,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export const ResponseContext = createContext<ResponseStore | null>(null)

/** The responses of this story's provider. */
export function useResponses(): Responses {
  const store = useContext(ResponseContext)
  if (!store) throw new Error('Put a <CountingPlayground> above this component.')
  return useSyncExternalStore(store.subscribe, store.getSnapshot)
}
