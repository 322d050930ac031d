import type { Clock, TimerHandle } from './clock.ts'
import { createEmitter } from './emitter.ts'

/** Something shared that lives as long as it has users, and a little longer. */
export interface Shared {
  /** Called for each first user: of a new value, and of one that has lost all of its users. */
  start(): void
  dispose(): void
}

/** A share in something; `release` gives it back, once. */
export interface Lease<Value> {
  readonly value: Value
  release(): void
}

interface Entry<Value> {
  value: Value
  users: number
  closeTimer: TimerHandle | undefined
}

/**
 * Shares values by key: the first user makes one, and it ends `closeDelay` ms after the last has gone, so that a StrictMode
 * remount or a change of route costs nothing.
 */
export class Registry<Value extends Shared> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #changes = createEmitter()
  readonly #clock: Clock
  readonly #closeDelay: () => number

  /** `closeDelay` gives the time in ms; it is read when a last user goes. */
  constructor(clock: Clock, closeDelay: () => number) {
    this.#clock = clock
    this.#closeDelay = closeDelay
  }

  acquire(key: string, create: () => Value): Lease<Value> {
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = { value: create(), users: 0, closeTimer: undefined }
      this.#entries.set(key, entry)
    }
    this.#clock.clearTimeout(entry.closeTimer)
    if (entry.users++ === 0) entry.value.start()
    this.#changes.emit()
    return { value: entry.value, release: this.#createRelease(key, entry) }
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value
  }

  entries(): readonly { value: Value; users: number }[] {
    return [...this.#entries.values()]
  }

  /** Called when something comes, goes, or changes its number of users. */
  subscribe = (listener: () => void): (() => void) => this.#changes.subscribe(listener)

  /** Ends everything at once. What its former users still release does nothing. */
  disposeAll(): void {
    for (const [key, entry] of [...this.#entries]) this.#end(key, entry)
  }

  #createRelease(key: string, entry: Entry<Value>): () => void {
    let isReleased = false
    return () => {
      if (isReleased || this.#entries.get(key) !== entry) return
      isReleased = true
      entry.users--
      if (entry.users === 0)
        entry.closeTimer = this.#clock.setTimeout(() => this.#end(key, entry), this.#closeDelay())
      this.#changes.emit()
    }
  }

  #end(key: string, entry: Entry<Value>): void {
    if (this.#entries.get(key) !== entry) return
    this.#clock.clearTimeout(entry.closeTimer)
    this.#entries.delete(key)
    entry.value.dispose()
    this.#changes.emit()
  }
}
