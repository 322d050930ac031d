import type { Draft, Subscription } from './correlation.ts'
import { type Message, messageKey } from './envelope.ts'
import { ConnectionLostError, RequestError } from './errors.ts'
import type { GapCause } from './events.ts'
import { hashValue } from './hash.ts'
import { createEmitter, type Clock } from './platform.ts'
import type { RequestEnvelope } from './requests.ts'
import { type Recovery, StreamPosition } from './streamPosition.ts'

/** What subscriptions need from their connection. */
export interface SubscriptionsPorts {
  clock: Clock
  /** How long a subscription outlives its last user (ms). */
  closeDelay(): number
  /** Sends now, all of one kind. Returns `false` unless the connection is open. */
  post(drafts: readonly Draft[]): boolean
  /** Whether the connection is open or opening. */
  mayOpen(): boolean
  recovery(): Recovery | undefined
  /** Its messages were missed. */
  onGap(cause: GapCause, subscription: Subscription): void
  /** Its data may be stale until the server speaks of it again, or has just become current again. */
  onChange(subscription: Subscription): void
  /** The server has refused a subscription that no fetch waits for. */
  onRefused(subscription: Subscription): void
}

/**
 * What a connection is subscribed to. The server is told when the first component wants a key, at each opening, and
 * `closeDelay` after the last component has left.
 */
export class Subscriptions {
  readonly #ports: SubscriptionsPorts
  readonly #byKey = new Map<string, Subscription>()
  /** To be sent at the end of the task. */
  readonly #toSubscribe = new Set<Subscription>()
  readonly #toUnsubscribe = new Set<Subscription>()
  #isScheduled = false
  readonly #completions = createEmitter()

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports
  }

  /** Calls the listener when the `isComplete` of a subscription has changed. */
  readonly onComplete = this.#completions.subscribe

  /** Whether each subscription has gaps of its own, so that one of the connection does not concern it. */
  get haveOwnGaps(): boolean {
    return this.#ports.recovery()?.perSubscription === true
  }

  /** Whether nothing is subscribed. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  find(hash: string): Subscription | undefined {
    return this.#byKey.get(hash)
  }

  /** Wants a key until the returned function is called. */
  acquire(envelope: RequestEnvelope): () => void {
    const subscription = this.#subscriptionOf(envelope)
    subscription.users++
    this.#ports.clock.clearTimeout(subscription.closeTimer)
    if (!subscription.sent && !subscription.isComplete) this.#schedule(this.#toSubscribe, subscription)
    return () => {
      if (--subscription.users > 0 || this.#byKey.get(subscription.hash) !== subscription) return
      const end = () => this.#end(subscription)
      subscription.closeTimer = this.#ports.clock.setTimeout(end, this.#ports.closeDelay())
    }
  }

  /**
   * Resolves with the first message of a key that arrives after it was subscribed. Subscribes again if the data is
   * current already, as a refetch wants it. Rejects if the server refuses it or the connection ends.
   */
  async next(envelope: RequestEnvelope, signal: AbortSignal): Promise<Message | undefined> {
    const subscription = this.#subscriptionOf(envelope)
    const refusal = takeError(subscription)
    // Not subscribed again: this fetch only reports the refusal.
    if (refusal) throw refusal
    const release = this.acquire(envelope)
    let stop: (() => void) | undefined
    try {
      const message = await new Promise<Message | undefined>((resolve, reject) => {
        if (!this.#ports.mayOpen()) return reject(new ConnectionLostError('The connection is closed.'))
        const waiting = { resolve, reject }
        stop = () => {
          subscription.waiting.delete(waiting)
          signal.removeEventListener('abort', abort)
        }
        const abort = () => reject(new ConnectionLostError('The fetch was cancelled.'))
        signal.addEventListener('abort', abort)
        subscription.waiting.add(waiting)
        if (subscription.isCurrent || subscription.isMissing) this.#renew(subscription)
      })
      // An error may follow the message in the same task.
      const error = takeError(subscription)
      if (error) throw error
      return message
    } finally {
      stop?.()
      takeError(subscription)
      release()
    }
  }

  /** The connection is open: sends everything that is wanted, and forgets the rest. */
  opened(): void {
    this.#toSubscribe.clear()
    this.#toUnsubscribe.clear()
    const wanted = [...this.#byKey.values()].filter(subscription => {
      if (subscription.users === 0) this.#forget(subscription)
      return subscription.users > 0 && !subscription.isComplete
    })
    this.#subscribe(wanted)
  }

  /** The connection is lost. The data is stale until the server speaks of it again. */
  lost(): void {
    for (const subscription of this.#byKey.values()) {
      if (subscription.isComplete) continue
      subscription.sent = undefined
      // It must not resume behind what it has missed.
      if (subscription.isMissing || !subscription.mayResume) subscription.position = new StreamPosition()
      subscription.isMissing = false
      subscription.mayResume = true
      this.#setCurrent(subscription, false)
    }
  }

  /** The connection has ended, for good or until somebody reconnects. */
  ended(): void {
    const error = new ConnectionLostError('The connection was closed before the first message came.')
    for (const { waiting } of this.#byKey.values()) for (const { reject } of [...waiting]) reject(error)
  }

  dispose(): void {
    for (const subscription of this.#byKey.values()) this.#forget(subscription)
    this.ended()
  }

  /** Messages were missed while the connection stayed open. */
  onMissed(subscriptions: Iterable<Subscription> = this.#byKey.values()): void {
    for (const subscription of subscriptions) {
      if (!subscription.sent) continue
      subscription.isMissing = true
      this.#setCurrent(subscription, false)
    }
  }

  /** The subscription that a message belongs to. */
  of({ type, params }: Message): Subscription | undefined {
    return this.isEmpty ? undefined : this.#byKey.get(keyOf({ type, params }))
  }

  /**
   * A message of a subscription has taken effect. `undefined`: its schema rejected it, so the data has not changed.
   */
  taken(subscription: Subscription, message: Message, taken: Message | undefined): void {
    if (this.#ports.recovery()?.perSubscription) subscription.last = message.response
    if (message.error !== undefined) return this.#refuse(subscription, message)
    if (message.isLast) {
      subscription.sent = undefined
      this.#toSubscribe.delete(subscription)
      this.#setComplete(subscription, true)
    } else if (!taken) return
    this.#setCurrent(subscription, true)
    for (const { resolve } of [...subscription.waiting]) resolve(taken)
  }

  #refuse(subscription: Subscription, { type, error }: Message): void {
    subscription.sent = undefined
    this.#fail(subscription, new RequestError(type, error))
  }

  #fail(subscription: Subscription, error: Error): void {
    const waiting = [...subscription.waiting]
    this.#setCurrent(subscription, false)
    subscription.isMissing = true
    subscription.error = error
    if (waiting.length === 0) this.#ports.onRefused(subscription)
    for (const { reject } of waiting) reject(error)
  }

  #subscriptionOf({ type, params }: RequestEnvelope): Subscription {
    const hash = keyOf({ type, params })
    let subscription = this.#byKey.get(hash)
    if (!subscription) {
      subscription = {
        ...NEW,
        ...{ hash, type, params, closeTimer: undefined, position: new StreamPosition(), waiting: new Set() },
      }
      this.#byKey.set(hash, subscription)
    }
    return subscription
  }

  /** Ends what the server has of it, and starts over without a position. */
  #renew(subscription: Subscription): void {
    if (subscription.sent) this.#schedule(this.#toUnsubscribe, subscription)
    this.#schedule(this.#toSubscribe, subscription)
    subscription.position = new StreamPosition()
    subscription.mayResume = false
    subscription.isMissing = false
    this.#setComplete(subscription, false)
    this.#setCurrent(subscription, false)
  }

  #end(subscription: Subscription): void {
    if (subscription.sent) this.#schedule(this.#toUnsubscribe, subscription)
    this.#forget(subscription)
  }

  #forget(subscription: Subscription): void {
    this.#ports.clock.clearTimeout(subscription.closeTimer)
    this.#toSubscribe.delete(subscription)
    this.#byKey.delete(subscription.hash)
  }

  #schedule(list: Set<Subscription>, subscription: Subscription): void {
    list.add(subscription)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    const ended = [...this.#toUnsubscribe].filter(({ sent }) => sent)
    const wanted = [...this.#toSubscribe].filter(({ users }) => users > 0)
    this.#toUnsubscribe.clear()
    this.#toSubscribe.clear()
    if (ended.length > 0) {
      const of = ({ sent }: Subscription) =>
        sent?.id === undefined ? undefined : { id: sent.id, as: sent.as }
      this.#post('unsubscribe', ended, subscription => ({ of: of(subscription) }))
      for (const subscription of ended) subscription.sent = undefined
    }
    this.#subscribe(wanted)
  }

  #subscribe(wanted: readonly Subscription[]): void {
    if (wanted.length === 0) return
    const { perSubscription, resumed } = this.#ports.recovery() ?? {}
    const isSent = this.#post('subscribe', wanted, ({ position }) => ({
      ...(perSubscription && position.cursor !== undefined && { cursor: position.cursor }),
    }))
    if (!isSent) return
    for (const subscription of wanted) {
      subscription.sent ??= {}
      if (!perSubscription) continue
      const isDecidedLater = resumed !== undefined || typeof subscription.position.cursor === 'object'
      const gap = subscription.position.opened({ resumed: false, isDecidedLater })
      if (gap) this.#ports.onGap(gap, subscription)
    }
  }

  #post(
    kind: Draft['kind'],
    subscriptions: readonly Subscription[],
    more: (subscription: Subscription) => Partial<Draft>,
  ): boolean {
    try {
      return this.#ports.post(
        subscriptions.map(target => {
          const { type, params } = target
          return { kind, type, params, target, ...more(target) }
        }),
      )
    } catch (error) {
      for (const subscription of subscriptions) this.#fail(subscription, error as Error)
      return false
    }
  }

  #setCurrent(subscription: Subscription, isCurrent: boolean): void {
    if (subscription.isCurrent === isCurrent) return
    subscription.isCurrent = isCurrent
    this.#ports.onChange(subscription)
  }

  #setComplete(subscription: Subscription, isComplete: boolean): void {
    if (subscription.isComplete === isComplete) return
    subscription.isComplete = isComplete
    this.#completions.emit()
  }
}

const NEW = {
  last: undefined,
  liveQueries: [],
  users: 0,
  sent: undefined,
  isCurrent: false,
  isMissing: false,
  mayResume: true,
  isComplete: false,
  error: undefined,
}

/** Why the server refused a subscription. It is reported once. */
function takeError(subscription: Subscription): Error | undefined {
  const { error } = subscription
  subscription.error = undefined
  return error
}

/** The hash of the key that the data of a subscription is cached under. */
function keyOf({ type, params }: RequestEnvelope): string {
  return hashValue(messageKey(type, params))
}
