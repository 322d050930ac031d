import type { Clock } from './clock.ts'
import { Fifo } from './fifo.ts'
import type { SocketData } from './transport.ts'

/** How much `send` may queue while there is no connection, and for how long (ms). */
export interface QueueOptions {
  limit: number
  ttl: number
}

/** Data waiting to be sent. */
export interface QueuedData {
  data: SocketData
  /** Whether it counts against `limit` and is dropped after `ttl`. Requests are not bounded: they have a timeout. */
  isBounded: boolean
  /** The sender. */
  sender?: object | undefined
  /** Called once it has been handed to the network. */
  sent?: () => void
  /** Called with the error thrown when it was handed to the network. */
  failed?: (error: unknown) => void
}

interface Entry extends QueuedData {
  pushedAt?: number
}

/**
 * Data that waits, in order, while there is no open connection. Expired data is dropped the next time the
 * queue is used.
 */
export class SendQueue {
  readonly #clock: Clock
  readonly #options: () => QueueOptions
  readonly #waiting = new Fifo<Entry>()
  readonly #bounded = new Fifo<Entry>()
  /** How many items wait, by sender. */
  readonly #counts = new Map<object, number>()

  constructor(clock: Clock, options: () => QueueOptions) {
    this.#clock = clock
    this.#options = options
  }

  /** Returns `false` if the queue is full and the data was not queued. */
  push(item: QueuedData): boolean {
    this.#dropExpired()
    if (item.isBounded && this.#bounded.size >= this.#options().limit) return false
    const entry: Entry = Object.assign(item, { pushedAt: this.#clock.elapsed() })
    this.#waiting.push(entry)
    if (item.isBounded) this.#bounded.push(entry)
    this.#count(item, 1)
    return true
  }

  remove(item: QueuedData): void {
    if (!this.#waiting.delete(item)) return
    this.#bounded.delete(item)
    this.#count(item, -1)
  }

  /** Whether anything from this sender is still waiting. */
  holds(sender: object): boolean {
    this.#dropExpired()
    return this.#counts.has(sender)
  }

  /** Passes everything to `send` in order. Data that `send` does not accept stays, with everything after it. */
  drain(send: (data: SocketData) => boolean): void {
    this.#dropExpired()
    for (let item = this.#waiting.first(); item; item = this.#waiting.first()) {
      try {
        if (!send(item.data)) return
        this.remove(item)
      } catch (error) {
        this.remove(item)
        item.failed?.(error)
        continue
      }
      item.sent?.()
    }
  }

  clear(): void {
    this.#waiting.clear()
    this.#bounded.clear()
    this.#counts.clear()
  }

  #dropExpired(): void {
    const oldest = this.#clock.elapsed() - this.#options().ttl
    for (let item = this.#bounded.first(); item; item = this.#bounded.first()) {
      if ((item.pushedAt ?? 0) > oldest) return
      this.remove(item)
    }
  }

  #count({ sender }: QueuedData, change: number): void {
    if (!sender) return
    const held = (this.#counts.get(sender) ?? 0) + change
    if (held > 0) this.#counts.set(sender, held)
    else this.#counts.delete(sender)
  }
}
