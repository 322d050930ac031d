/** A subscriber of a channel. */
export interface Listener {
  /** Sends frames; resolves once more may follow. */
  send(frames: readonly string[]): Promise<void>
}

/** A channel that the connections of one URL subscribe to. */
export class Channel {
  readonly #listeners = new Set<Listener>()
  readonly #log: string[] = []
  readonly #waiting = new Set<() => void>()

  /** Adds a listener. Returns a function that removes it. */
  join(listener: Listener): () => void {
    this.#listeners.add(listener)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
    return () => this.#listeners.delete(listener)
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Resolves with the next listener. */
  joined(): Promise<void> {
    return new Promise(resolve => this.#waiting.add(resolve))
  }

  /** Resolves once there is a listener. */
  async heard(): Promise<void> {
    if (this.#listeners.size === 0) await this.joined()
  }

  async send(frames: readonly string[]): Promise<void> {
    await Promise.all([...this.#listeners].map(listener => listener.send(frames)))
  }

  /** Keeps frames for clients that resume. */
  keep(frames: readonly string[]): void {
    this.#log.push(...frames)
  }

  /** The kept frames from a position on. */
  keptFrom(position: number): readonly string[] {
    return this.#log.slice(position)
  }
}

/** The channels by name. */
export class Channels {
  readonly #channels = new Map<string, Channel>()

  get(name: string): Channel {
    const channel = this.#channels.get(name) ?? new Channel()
    this.#channels.set(name, channel)
    return channel
  }
}
