/** How much is kept for paused and frozen pages. */
const MAX_FRAMES = 20_000
const MAX_BYTES = 8 * 1_048_576

/** The last frames of a connection. They are numbered from 1, over all its openings. */
export class FrameRing {
  #frames: unknown[] = []
  /** The index of the oldest frame. Frames before it are removed in bulk. */
  #start = 0
  #bytes = 0
  /** The number of the newest frame. */
  last = 0

  /** The number of the oldest frame. */
  get first(): number {
    return this.last - (this.#frames.length - this.#start) + 1
  }

  push(frame: unknown): void {
    this.#frames.push(frame)
    this.last++
    this.#bytes += sizeOf(frame)
    while (this.#isFull) {
      this.#bytes -= sizeOf(this.#frames[this.#start])
      this.#frames[this.#start++] = undefined
    }
    if (this.#start > MAX_FRAMES / 2) {
      this.#frames = this.#frames.slice(this.#start)
      this.#start = 0
    }
  }

  /** Keeps the newest frame, however large it is: no page has it yet. */
  get #isFull(): boolean {
    const count = this.#frames.length - this.#start
    return count > MAX_FRAMES || (count > 1 && this.#bytes > MAX_BYTES)
  }

  /** The frames from a number on: at least one, then up to a limit of bytes. */
  read(from: number, maxBytes: number): unknown[] {
    const index = this.#start + from - this.first
    let end = index
    for (let bytes = 0; end < this.#frames.length; end++) {
      bytes += sizeOf(this.#frames[end])
      if (bytes > maxBytes && end > index) break
    }
    return this.#frames.slice(index, end)
  }

  /** Drops all frames. Numbering continues. */
  clear(): void {
    this.#frames = []
    this.#start = 0
    this.#bytes = 0
  }
}

function sizeOf(frame: unknown): number {
  if (typeof frame === 'string') return frame.length
  return (frame as { byteLength?: number }).byteLength ?? (frame as { size?: number }).size ?? 0
}
