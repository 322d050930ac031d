import type { Clock } from './clock.ts'
import { Fifo } from './fifo.ts'
import type { SocketData } from './transport.ts'

/** How much `send` may leave waiting for a connection, and for how long (ms). */
export interface QueueOptions {
  limit: number
  ttl: number
}

/** Data that waits to be sent. */
export interface QueuedData {
  data: SocketData
  /** Counts against `limit` and is dropped after `ttl`. A request does neither: its caller has a timeout. */
  isBounded: boolean
  /** Who sent it. */
  sender?: object | undefined
  /** Called when it has been handed to the network. */
  sent?: () => void
  /** Called with what was thrown when it was handed to the network. */
  failed?: (error: unknown) => void
}

interface Entry extends QueuedData {
  pushedAt?: number
}

/** What waits while there is no open connection, in order. What outlives its `ttl` is dropped when the queue is next looked at. */
export class SendQueue {
  readonly #clock: Clock
  readonly #options: () => QueueOptions
  readonly #waiting = new Fifo<Entry>()
  readonly #bounded = new Fifo<Entry>()
  /** How much waits, by sender. */
  readonly #counts = new Map<object, number>()

  constructor(clock: Clock, options: () => QueueOptions) {
    this.#clock = clock
    this.#options = options
  }

  /** `false`: the queue is full, and the data was not taken. */
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

  /** Whether anything of this sender still waits. */
  holds(sender: object): boolean {
    this.#dropExpired()
    return this.#counts.has(sender)
  }

  /** Hands everything to `send` in order; what `send` does not take stays, with all that came after it. */
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
