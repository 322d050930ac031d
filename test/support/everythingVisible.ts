import { dehydrate, type QueryClient } from '@tanstack/react-query'
import { onTestFinished, vi } from 'vitest'

/** All texts in a value, names included: through getters, hidden properties, maps and sets, but not into the page itself. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = []
  const seen = new Set<object>()
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string') texts.push(next)
    else if (typeof next === 'symbol') texts.push(String(next.description))
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue
    if (seen.has(next) || isOfThePage(next)) continue
    seen.add(next)
    if (next instanceof Map || next instanceof Set) waiting.push(...next)
    for (const key of Reflect.ownKeys(next)) {
      waiting.push(key)
      try {
        waiting.push((next as Record<PropertyKey, unknown>)[key])
      } catch (error) {
        waiting.push(error)
      }
    }
  }
  return texts
}

function isOfThePage(value: object): boolean {
  return value instanceof Node || value === window || value === globalThis
}

/** What React keeps of a page: the state, props and context of every component, and all that can be reached from there. */
function reactState(container: Element): unknown {
  const key = Object.keys(container).find(name => name.startsWith('__reactContainer$'))
  if (key === undefined) throw new Error('React has rendered nothing here.')
  return (container as unknown as Record<string, unknown>)[key]
}

const STORES = ['localStorage', 'sessionStorage'] as const
const CHANNELS = ['BroadcastChannel', 'SharedWorker', 'indexedDB', 'caches'] as const

/**
 * Records all that an application, its logs, its developer tools and other tabs can see from now on: what goes to the
 * console, uncaught errors, what is stored or sent to other tabs, and what the test adds.
 */
export function watchEverything() {
  const recorded: unknown[] = []
  const add = (...values: unknown[]) => void recorded.push(...values)
  for (const name of Object.keys(console) as (keyof Console)[]) {
    if (typeof console[name] === 'function') vi.spyOn(console, name as 'log').mockImplementation(add)
  }
  for (const name of CHANNELS) {
    const refuse = () => add(`uses ${name}`)
    vi.stubGlobal(name, new Proxy(function () {}, { get: refuse, construct: () => (refuse(), {}) }))
  }
  const onError = ({ error, reason }: { error?: unknown; reason?: unknown }) => add(error, reason)
  const listen = onError as unknown as EventListener
  for (const type of ['error', 'unhandledrejection']) window.addEventListener(type, listen)
  process.on('unhandledRejection', add)
  onTestFinished(() => {
    process.off('unhandledRejection', add)
    for (const type of ['error', 'unhandledrejection']) window.removeEventListener(type, listen)
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  })

  return {
    add,
    /** All texts so far, with those of the page and of the query cache as they are now. */
    texts(container: Element, queryClient: QueryClient): string[] {
      const queries = queryClient.getQueryCache().getAll()
      const now = [
        container.innerHTML,
        document.title,
        document.cookie,
        location.href,
        history.state,
        STORES.map(name => Object.entries(globalThis[name])),
        dehydrate(queryClient, { shouldDehydrateQuery: () => true }),
        queries.map(({ queryKey, queryHash, state, meta }) => [queryKey, queryHash, state, meta]),
      ]
      return textsIn([recorded, now])
    },
    /**
     * The texts that the developer tools of React and TanStack Query would show, including the application's
     * own data.
     */
    toolTexts: (container: Element, queryClient: QueryClient) =>
      textsIn([reactState(container), queryClient.getQueryCache().getAll()]),
    get uses(): unknown[] {
      return recorded.filter(value => typeof value === 'string' && value.startsWith('uses '))
    },
  }
}
