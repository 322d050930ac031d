/** A first-in, first-out list that gives up any item at constant cost. An item is pushed once. */
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

  /** The item that has been here longest. */
  first(): Item | undefined {
    let item = this.#items[this.#head]
    while (item && !this.#present.has(item)) item = this.#items[++this.#head]
    return item
  }

  delete(item: Item): boolean {
    const isDeleted = this.#present.delete(item)
    // Removed items keep their slot until there are as many of them as of the others.
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
