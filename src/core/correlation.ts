import type { Message } from './envelope.ts'
import type { Incoming, Outgoing } from './protocol.ts'
import type { TimerHandle } from './platform.ts'
import type { StreamPosition } from './streamPosition.ts'

/** One key that a connection is subscribed to, for all components that want it. */
export interface Subscription {
  readonly hash: string
  readonly type: string
  readonly params: unknown
  users: number
  closeTimer: TimerHandle | undefined
  /** How it was sent on the current opening; `undefined` if the server does not hold it. */
  sent: { id?: number; as?: string | number } | undefined
  /** Prefixes of keys that a gap of this subscription makes stale, too. */
  liveQueries: readonly (readonly unknown[])[]
  /** With `recovery.perSubscription`. */
  position: StreamPosition
  /** The server has spoken of it since it was sent. */
  isCurrent: boolean
  /** Messages were missed: the next fetch subscribes again. */
  isMissing: boolean
  /** The server has ended it. */
  isComplete: boolean
  /** Why the server refused it, until a fetch has reported that. */
  error: Error | undefined
  readonly waiting: Set<Waiting>
}

interface Waiting {
  resolve(message: Message | undefined): void
  reject(error: unknown): void
}

/** What is about to be sent. It gets its `id` when it leaves. */
export type Draft = Omit<Outgoing, 'id'> & {
  /** What replies to it are about: the id of a request, or a subscription. */
  target?: number | Subscription | undefined
}

/** An incoming message, and the subscription that it belongs to. */
export interface Correlated {
  message: Message
  subscription?: Subscription | undefined
}

/** How many subscriptions that have ended are remembered, so that their late messages are dropped silently. */
const MAX_ENDED = 1_000

const ENDED = Symbol('ended')

/** The ids of one opening, and the server's names for them. */
export class Correlation {
  #lastId = 0
  /** By id, and by the server's name. */
  readonly #targets = new Map<string, number | Subscription | typeof ENDED>()
  /** Keys of ended subscriptions, oldest first. */
  readonly #ended = new Set<string>()

  /** Numbers what leaves now. */
  number({ target, ...draft }: Draft): Outgoing {
    const out: Outgoing = { ...draft, id: ++this.#lastId }
    if (target !== undefined) this.#targets.set(String(out.id), target)
    if (typeof target === 'object') {
      if (out.kind === 'subscribe') target.sent = { id: out.id }
      else this.#end([out.of?.id, out.of?.as])
    }
    return out
  }

  /** What a server's statement is about; `undefined` if there is nothing to deliver. */
  resolve(incoming: Incoming): Correlated | undefined {
    if (typeof incoming.type === 'string') return { message: { ...NO_CONTENT, ...incoming } }
    const { re, as, ...content } = incoming
    const target = this.#targets.get(String(re))
    if (target === ENDED) return undefined
    if (typeof target !== 'object') {
      this.#targets.delete(String(re))
      return { message: { ...NO_CONTENT, ...content, type: '', re: target ?? re } }
    }
    if (as !== undefined && target.sent) {
      target.sent.as = as
      this.#targets.set(String(as), target)
    }
    const { type, params, sent } = target
    if (content.isLast || content.error !== undefined) this.#end([sent?.id, sent?.as])
    const hasContent = Object.hasOwn(content, 'response') || content.isLast || content.error !== undefined
    return hasContent
      ? { message: { ...NO_CONTENT, ...content, type, params }, subscription: target }
      : undefined
  }

  #end(names: readonly (string | number | undefined)[]): void {
    for (const name of names) {
      if (name === undefined) continue
      this.#targets.set(String(name), ENDED)
      this.#ended.add(String(name))
    }
    for (const name of this.#ended) {
      if (this.#ended.size <= MAX_ENDED) return
      this.#ended.delete(name)
      this.#targets.delete(name)
    }
  }
}

const NO_CONTENT = { params: undefined, response: undefined }
