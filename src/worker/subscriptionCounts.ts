import type { SocketData } from '../core/envelope.ts'
import type { SubscriptionFrames } from '../core/portMessages.ts'

interface Counted {
  readonly pages: Set<object>
  frames: SubscriptionFrames
}

/** The subscriptions of all pages to one connection. The server hears of the first page and of the last. */
export class SubscriptionCounts {
  readonly #byKey = new Map<string, Counted>()
  readonly #send: (data: SocketData) => void

  constructor(send: (data: SocketData) => void) {
    this.#send = send
  }

  /** A page needs the data that a subscription begins with, so one that exists already starts over. */
  subscribe(page: object, key: string, frames: SubscriptionFrames): void {
    const counted = this.#byKey.get(key) ?? { pages: new Set(), frames }
    if (counted.pages.size > 0) this.#send(counted.frames.unsubscribe)
    counted.pages.add(page)
    counted.frames = frames
    this.#byKey.set(key, counted)
    this.#send(frames.subscribe)
  }

  unsubscribe(page: object, key: string): void {
    const counted = this.#byKey.get(key)
    if (!counted?.pages.delete(page) || counted.pages.size > 0) return
    this.#byKey.delete(key)
    this.#send(counted.frames.unsubscribe)
  }

  /** A page has gone. */
  leave(page: object): void {
    for (const key of [...this.#byKey.keys()]) this.unsubscribe(page, key)
  }

  /** The connection is lost. Pages subscribe again at the next one. */
  clear(): void {
    this.#byKey.clear()
  }
}
