import type { SocketData } from '../core/envelope.ts'
import type { SubscriptionFrames } from '../core/portMessages.ts'

interface Counted {
  readonly pages: Set<object>
  frames: SubscriptionFrames
}

/** Counts the pages that subscribe to each key. Only the first and the last one send a frame to the server. */
export class SubscriptionCounts {
  readonly #byKey = new Map<string, Counted>()
  readonly #send: (data: SocketData) => void

  constructor(send: (data: SocketData) => void) {
    this.#send = send
  }

  /** Sends the frame again for a second page, because it needs the initial data. */
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

  /** Ends the subscriptions of a page that has left. */
  leave(page: object): void {
    for (const key of [...this.#byKey.keys()]) this.unsubscribe(page, key)
  }

  /** The connection is lost. Pages subscribe again at the next one. */
  clear(): void {
    this.#byKey.clear()
  }
}
