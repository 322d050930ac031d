import type { LocksLike } from '../../src/core/portMessages.ts'

interface Waiting {
  owner: object
  start(): void
}

/** The Web Locks of one origin. Each page and each worker has a view of its own, and loses its locks when it goes. */
export class FakeLocks {
  readonly #queues = new Map<string, Waiting[]>()

  /** The locks as one page or worker sees them. */
  of(owner: object): LocksLike {
    return {
      request: (name, callback) =>
        new Promise(resolve => {
          const queue = this.#queues.get(name) ?? []
          this.#queues.set(name, queue)
          const waiting: Waiting = {
            owner,
            start: () =>
              void Promise.resolve()
                .then(callback)
                .then(() => {
                  this.#remove(name, waiting)
                  resolve(undefined)
                }),
          }
          queue.push(waiting)
          if (queue.length === 1) waiting.start()
        }),
    }
  }

  /** A page or worker has gone, in whatever way. */
  end(owner: object): void {
    for (const [name, queue] of this.#queues)
      for (const waiting of queue.filter(each => each.owner === owner)) this.#remove(name, waiting)
  }

  /** The names of the locks that are held. */
  get held(): string[] {
    return [...this.#queues].flatMap(([name, queue]) => (queue.length > 0 ? [name] : []))
  }

  #remove(name: string, waiting: Waiting): void {
    const queue = this.#queues.get(name) ?? []
    const index = queue.indexOf(waiting)
    if (index < 0) return
    queue.splice(index, 1)
    if (index === 0) queue[0]?.start()
  }
}
