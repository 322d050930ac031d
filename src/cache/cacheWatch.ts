import type { QueryCache, QueryCacheNotifyEvent } from '@tanstack/react-query'

/** Subscribes to one query cache at a time, and to none while there is nothing to watch. */
export class CacheWatch {
  readonly #observe: (event: QueryCacheNotifyEvent) => void
  #cache: QueryCache | undefined
  #unsubscribe: (() => void) | undefined

  constructor(observe: (event: QueryCacheNotifyEvent) => void) {
    this.#observe = observe
  }

  follow(cache: QueryCache | undefined): void {
    if (this.#cache === cache) return
    this.#unsubscribe?.()
    this.#cache = cache
    this.#unsubscribe = cache?.subscribe(this.#observe)
  }
}
