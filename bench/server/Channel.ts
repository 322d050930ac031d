/** One who listens to a channel. */
export interface Listener {
  /** Sends frames; settles once they may be followed by more. */
  send(frames: readonly string[]): Promise<void>
}

/** What the connections of one URL listen to. */
export class Channel {
  readonly #listeners = new Set<Listener>()
  readonly #log: string[] = []
  readonly #waiting = new Set<() => void>()

  /** Adds a listener, and gives what takes it away. */
  join(listener: Listener): () => void {
    this.#listeners.add(listener)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
    return () => this.#listeners.delete(listener)
  }

  /** Settles with the next listener. */
  joined(): Promise<void> {
    return new Promise(resolve => this.#waiting.add(resolve))
  }

  /** Settles once someone listens. */
  async heard(): Promise<void> {
    if (this.#listeners.size === 0) await this.joined()
  }

  async send(frames: readonly string[]): Promise<void> {
    await Promise.all([...this.#listeners].map(listener => listener.send(frames)))
  }

  /** Keeps frames for those who resume. */
  keep(frames: readonly string[]): void {
    this.#log.push(...frames)
  }

  /** What was kept from a position on. */
  keptFrom(position: number): readonly string[] {
    return this.#log.slice(position)
  }
}

/** The channels by their names. */
export class Channels {
  readonly #channels = new Map<string, Channel>()

  get(name: string): Channel {
    const channel = this.#channels.get(name) ?? new Channel()
    this.#channels.set(name, channel)
    return channel
  }
}
