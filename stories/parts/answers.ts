import { createContext, useContext, useSyncExternalStore } from 'react'

/** How many answers there were, by HTTP status. */
export type Answers = Readonly<Record<number, number>>

export type AnswerStore = ReturnType<typeof createAnswerStore>

/** A `fetch` that counts its answers. */
export function createAnswerStore() {
  let answers: Answers = {}
  const listeners = new Set<() => void>()
  return {
    fetch: async (url: string, init?: RequestInit): Promise<Response> => {
      const response = await fetch(url, init)
      answers = { ...answers, [response.status]: (answers[response.status] ?? 0) + 1 }
      for (const listener of listeners) listener()
      return response
    },
    getSnapshot: () => answers,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export const AnswerContext = createContext<AnswerStore | null>(null)

/** The answers that the provider of this story has had. */
export function useAnswers(): Answers {
  const store = useContext(AnswerContext)
  if (!store) throw new Error('Put a <CountingPlayground> above this component.')
  return useSyncExternalStore(store.subscribe, store.getSnapshot)
}
