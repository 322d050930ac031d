import { EventEmitter, on } from 'node:events'

/** Numbers by topic. A follower gets the current one and then each change. */
export function startTopics() {
  const values = new Map<string, number>()
  const changes = new EventEmitter().setMaxListeners(0)
  const valueOf = (topic: string) => values.get(topic) ?? 0
  return {
    valueOf,
    publish(topic: string, value: number) {
      values.set(topic, value)
      changes.emit(topic, value)
      return value
    },
    /** Calls back at once and for each change. Returns a function that ends it. */
    subscribe(topic: string, listener: (value: number) => void) {
      changes.on(topic, listener)
      listener(valueOf(topic))
      return () => void changes.off(topic, listener)
    },
    /** For `for await`. It can be left while it waits, unlike an async generator. */
    follow<Item>(topic: string, toItem: (value: number) => Item): AsyncIterableIterator<Item> {
      const updates = on(changes, topic)
      let isFirst = true
      return {
        async next() {
          const { value, done } = isFirst ? { value: [valueOf(topic)] } : await updates.next()
          isFirst = false
          return done ? { value: undefined, done } : { value: toItem((value as [number])[0]), done: false }
        },
        async return() {
          await updates.return?.()
          return { value: undefined, done: true }
        },
        [Symbol.asyncIterator]() {
          return this
        },
      }
    },
    /** How many follow each topic. */
    followers: (...topics: string[]) => topics.map(topic => changes.listenerCount(topic)),
  }
}
