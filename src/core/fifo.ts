/** A set that finds its oldest item, and removes any, in constant time. Add each item only once. */
export class Fifo<Item extends object> extends Set<Item> {
  // A new iterator would pass the gaps that removed items leave, each time.
  #rest = this.values()
  #first: Item | undefined

  /** The oldest item. */
  first(): Item | undefined {
    if (this.#first && this.has(this.#first)) return this.#first
    const { value, done } = this.#rest.next()
    // Nothing is left, and an iterator that is done stays done.
    if (done) this.#rest = this.values()
    return (this.#first = value)
  }
}
