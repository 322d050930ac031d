import type { Message } from './envelope.ts'
import type { BadMessageReason } from './events.ts'
import { ignoreRejection, isPromise } from './validation.ts'
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
  readonly listeners: Set<SubscriptionListener>
  /** With `recovery.perSubscription`. */
  position: StreamPosition
  /** The response of its last message, if it has a position. */
  last: unknown
  /** Its last message that its schema accepted. */
  latest: Message | undefined
  /** The server has spoken of it since it was sent. */
  isCurrent: boolean
  /** Messages were missed: the next fetch subscribes again. */
  isMissing: boolean
  /**
   * Whether its position may be sent at the next opening. Not if it was subscribed again since the connection opened: messages
   * of the former subscription may have come between what was missed and the new data.
   */
  mayResume: boolean
  /** Its messages may have been missed before the server accepted it. */
  isBehind: boolean
  /** The server has refused it. It is not sent again until a fetch wants that. */
  isRefused: boolean
  /** The server has ended it. */
  isComplete: boolean
  /** Why the server refused it, until a fetch has reported that. */
  error: Error | undefined
  readonly waiting: Set<Waiting>
}

/** The initial state of a subscription. */
export const NEW_SUBSCRIPTION = {
  isRefused: false,
  isBehind: true,
  last: undefined,
  latest: undefined,
  users: 0,
  closeTimer: undefined,
  sent: undefined,
  isCurrent: false,
  isMissing: false,
  mayResume: true,
  isComplete: false,
  error: undefined,
}

/** A user of a subscription: a component, or a listener outside of components. */
export interface SubscriptionListener {
  /** Prefixes of keys that a gap of the subscription makes stale, too. */
  liveQueries(): readonly (readonly unknown[])[]
  /** `isComplete` has changed. */
  onComplete(): void
  /** A message has taken effect. */
  onMessage?(message: Message): void
  /** The server says, without a message, that nothing was missed. */
  onConfirmed?(latest: Message | undefined): void
  /** The server has refused it, or it could not be sent. */
  onRefused?(error: Error): void
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

/** The server has accepted a subscription, and says nothing else. */
export interface Accepted {
  message?: undefined
  subscription: Subscription
}

/** An incoming message, and the subscription that it belongs to. */
export interface Correlated {
  message: Message
  subscription?: Subscription | undefined
}

/** The ids of one opening, and the server's names for them. What is about anything else is dropped. */
export class Correlation {
  #lastId = 0
  readonly #byId = new Map<number, number | Subscription>()
  /** Apart from the ids: a server may use the same numbers. */
  readonly #byName = new Map<string, Subscription>()

  /** Numbers what leaves now. */
  number({ target, ...draft }: Draft): Outgoing {
    const out: Outgoing = { ...draft, id: ++this.#lastId }
    if (out.kind === 'unsubscribe') this.#forget(out.of)
    else if (target !== undefined) this.#byId.set(out.id, target)
    if (typeof target === 'object' && out.kind === 'subscribe') target.sent = { id: out.id }
    return out
  }

  /** What a protocol has read, or why it is dropped. */
  read(read: () => unknown): readonly (Correlated | Accepted | BadMessageReason)[] {
    let incoming: unknown
    try {
      incoming = read()
    } catch {
      return ['unreadable']
    }
    if (incoming === undefined) return []
    const all: readonly unknown[] = Array.isArray(incoming) ? incoming : [incoming]
    const promises = all.filter(isPromise)
    promises.forEach(ignoreRejection)
    if (promises.length > 0) return ['promise']
    return all.flatMap(one => (isIncoming(one) ? (this.resolve(one) ?? []) : 'unreadable'))
  }

  /** What a server's statement is about; `undefined` if there is nothing to deliver. */
  resolve(incoming: Incoming): Correlated | Accepted | undefined {
    if (typeof incoming.type === 'string') return { message: { ...NO_CONTENT, ...incoming } }
    const { re, as, ...content } = incoming
    const target = this.#find(re)
    if (target === undefined) return undefined
    if (typeof target === 'number') {
      this.#byId.delete(Number(re))
      return { message: { ...NO_CONTENT, ...content, type: '', re: target } }
    }
    if (as !== undefined && target.sent) {
      target.sent.as = as
      this.#byName.set(String(as), target)
    }
    const { type, params, sent } = target
    if (content.isLast || content.error !== undefined) this.#forget(sent)
    const hasContent = Object.hasOwn(content, 'response') || content.isLast || content.error !== undefined
    return hasContent
      ? { message: { ...NO_CONTENT, ...content, type, params }, subscription: target }
      : { subscription: target }
  }

  /** A number is first an id, text is first a name. */
  #find(re: string | number): number | Subscription | undefined {
    const named = this.#byName.get(String(re))
    return (typeof re === 'string' && named) || (this.#byId.get(Number(re)) ?? named)
  }

  #forget(sent: { id?: number | undefined; as?: string | number | undefined } | undefined): void {
    if (sent?.id !== undefined) this.#byId.delete(sent.id)
    if (sent?.as !== undefined) this.#byName.delete(String(sent.as))
  }
}

const NO_CONTENT = { params: undefined, response: undefined }

/** The frame of a subscription without a protocol. */
export function subscribeFrame({ kind, type, params, cursor }: Draft): object {
  return { type, params, subscribe: kind === 'subscribe', cursor }
}

/** Whether a protocol returned a message or a reply. */
function isIncoming(value: unknown): value is Incoming {
  const { type, re } = (value ?? {}) as { type?: unknown; re?: unknown }
  return typeof type === 'string' || typeof re === 'string' || typeof re === 'number'
}
