import type { Clock, TimerHandle } from './platform.ts'

/** A shared value that lives as long as it has users, plus a delay. */
export interface Shared {
  dispose(): void
}

/** One user's hold on a shared value. Call `release` to let go; further calls do nothing. */
export interface Lease<Value> {
  readonly value: Value
  /** Whether the value had no user before. */
  readonly isFirst: boolean
  release(): void
}

interface Entry<Value> {
  value: Value
  users: number
  closeTimer: TimerHandle | undefined
}

/**
 * Shares values by key. The first user creates the value. It is disposed `closeDelay` ms after the last user
 * leaves, so that a StrictMode remount or a route change costs nothing.
 */
export class Registry<Value extends Shared> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #clock: Clock
  readonly #closeDelay: () => number
  readonly #onChange: () => void

  /**
   * `closeDelay` returns ms; it is read when the last user leaves. `onChange` is called when a value is added,
   * removed, or changes its number of users.
   */
  constructor(clock: Clock, closeDelay: () => number, onChange: () => void) {
    this.#clock = clock
    this.#closeDelay = closeDelay
    this.#onChange = onChange
  }

  /** Every value of one key must be of the same type. */
  acquire<Specific extends Value>(key: string, create: () => Specific): Lease<Specific> {
    const entry = (this.#entries.get(key) as Entry<Specific> | undefined) ?? {
      value: create(),
      users: 0,
      closeTimer: undefined,
    }
    this.#entries.set(key, entry)
    this.#clock.clearTimeout(entry.closeTimer)
    const isFirst = entry.users++ === 0
    this.#onChange()
    let isReleased = false
    const release = () => {
      if (isReleased || this.#entries.get(key) !== entry) return
      isReleased = true
      entry.users--
      if (entry.users === 0)
        entry.closeTimer = this.#clock.setTimeout(() => this.#end(key, entry), this.#closeDelay())
      this.#onChange()
    }
    return { value: entry.value, isFirst, release }
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value
  }

  entries(): readonly { value: Value; users: number }[] {
    return [...this.#entries.values()]
  }

  /** Disposes everything immediately. A later `release` does nothing. */
  disposeAll(): void {
    for (const [key, entry] of [...this.#entries]) this.#end(key, entry)
  }

  #end(key: string, entry: Entry<Value>): void {
    if (this.#entries.get(key) !== entry) return
    this.#clock.clearTimeout(entry.closeTimer)
    this.#entries.delete(key)
    entry.value.dispose()
    this.#onChange()
  }
}
