/** A first-in, first-out list that can remove any item in constant time. Push each item only once. */
export class Fifo<Item extends object> {
  #items: Item[] = []
  #head = 0
  readonly #present = new Set<Item>()

  get size(): number {
    return this.#present.size
  }

  push(item: Item): void {
    this.#items.push(item)
    this.#present.add(item)
  }

  /** The oldest item. */
  first(): Item | undefined {
    let item = this.#items[this.#head]
    while (item && !this.#present.has(item)) item = this.#items[++this.#head]
    return item
  }

  delete(item: Item): boolean {
    const isDeleted = this.#present.delete(item)
    // Removed items keep their slot until they outnumber the others.
    if (this.#items.length > 32 && this.#items.length > 2 * this.#present.size) {
      this.#items = this.#items.filter(other => this.#present.has(other))
      this.#head = 0
    }
    return isDeleted
  }

  clear(): void {
    this.#items = []
    this.#head = 0
    this.#present.clear()
  }
}
