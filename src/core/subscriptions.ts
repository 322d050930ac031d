import { type Draft, NEW_SUBSCRIPTION, type Subscription, type SubscriptionListener } from './correlation.ts'
import { type Message, messageKey } from './envelope.ts'
import { ConnectionLostError, RequestError } from './errors.ts'
import type { ConnectionEvent, GapCause } from './events.ts'
import type { Clock } from './platform.ts'
import type { RequestEnvelope } from './requests.ts'
import { type Recovery, StreamPosition } from './streamPosition.ts'

/** What subscriptions need from their connection. */
export interface SubscriptionsPorts {
  clock: Clock
  /** The hash of the key that its data is cached under. */
  hashOf(key: readonly unknown[]): string
  /** How long a subscription outlives its last user (ms). */
  closeDelay(): number
  /**
   * Sends drafts now, all of one kind. Returns `false` unless the connection is open. Calls `failed` for a draft for which
   * the application's code threw, and still sends the others.
   */
  post(drafts: readonly Draft[], failed: (draft: Draft, error: unknown) => void): boolean
  /** Whether the connection is open or opening. */
  mayOpen(): boolean
  recovery(): Recovery | undefined
  /** The server has accepted a subscription after a time without its messages. */
  onAccepted(subscription: Subscription): void
  /** Its messages were missed. */
  onGap(cause: GapCause, subscription: Subscription): void
  /** Its data may be stale until the server speaks of it again, or has just become current again. */
  onChange(subscription: Subscription): void
  /** The server has refused a subscription that no fetch waits for. */
  onRefused(subscription: Subscription): void
  /** The application's code threw, and nothing waits for what it was called for. */
  report(event: ConnectionEvent): void
}

/**
 * What a connection is subscribed to. It subscribes when the first component wants a key and at each opening, and
 * unsubscribes `closeDelay` after the last component has left.
 */
export class Subscriptions {
  readonly #ports: SubscriptionsPorts
  readonly #byKey = new Map<string, Subscription>()
  /** To be sent at the end of the task. */
  readonly #toSubscribe = new Set<Subscription>()
  readonly #toUnsubscribe = new Set<Subscription>()
  #isScheduled = false

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports
  }

  /** Whether each subscription has gaps of its own, so that one of the connection does not concern it. */
  get haveOwnGaps(): boolean {
    return this.#ports.recovery()?.perSubscription === true
  }

  /** Whether something is subscribed while the connection is open. */
  get areWanted(): boolean {
    return [...this.#byKey.values()].some(isWanted)
  }

  find(hash: string): Subscription | undefined {
    return this.#byKey.get(hash)
  }

  /** Wants a key until the returned function is called. */
  acquire(envelope: RequestEnvelope, listener?: SubscriptionListener): () => void {
    const subscription = this.#subscriptionOf(envelope)
    // It was refused for users that have left.
    if (subscription.users++ === 0) Object.assign(subscription, { error: undefined, isRefused: false })
    if (listener) subscription.listeners.add(listener)
    this.#ports.clock.clearTimeout(subscription.closeTimer)
    if (!subscription.sent && !subscription.isComplete && !subscription.isRefused) {
      if (subscription.isMissing) startOver(subscription)
      this.#schedule(this.#toSubscribe, subscription)
    } else if (subscription.isRefused && listener?.onRefused) this.#renew(subscription)
    return () => {
      if (listener) subscription.listeners.delete(listener)
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
        if (subscription.isCurrent || subscription.isMissing || subscription.isRefused)
          this.#renew(subscription)
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
      return isWanted(subscription)
    })
    this.#subscribe(wanted)
  }

  /** The connection is lost. The data is stale until the server speaks of it again. */
  lost(): void {
    for (const subscription of this.#byKey.values()) {
      if (subscription.isComplete) continue
      subscription.sent = undefined
      // It must not resume behind what it has missed.
      if (subscription.isMissing || !subscription.mayResume) startOver(subscription)
      subscription.mayResume = true
      this.#setCurrent(subscription, false)
    }
  }

  /** The connection has ended, permanently or until a component reconnects. */
  ended(): void {
    const error = new ConnectionLostError('The connection was closed before the first message came.')
    for (const { waiting } of this.#byKey.values()) for (const { reject } of [...waiting]) reject(error)
  }

  dispose(): void {
    this.ended()
    for (const subscription of this.#byKey.values()) this.#forget(subscription)
  }

  /** The connection has missed messages while it was open. */
  onGap(cause: GapCause): void {
    this.onMissedBefore()
    if (cause === 'forgotten') this.forget()
    // A subscription that is not sent starts over at the opening, which is a gap as well.
    if (cause === 'forgotten' && this.haveOwnGaps)
      for (const subscription of this.#byKey.values())
        if (subscription.sent) this.#ports.onGap(cause, subscription)
    if (cause === 'sequence' || cause === 'epoch' || cause === 'forgotten') this.onMissed()
  }

  /** Messages were missed before this opening, which sent all subscriptions again. */
  onMissedBefore(): void {
    for (const subscription of this.#byKey.values()) subscription.isBehind = true
  }

  /** Drops all positions: the server may no longer have the messages after them. */
  forget(): void {
    for (const subscription of this.#byKey.values()) subscription.position.cursor = undefined
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
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(this.#ports.hashOf(messageKey(type, params)))
  }

  /**
   * A message of a subscription has taken effect. `undefined`: its schema rejected it, so the data has not changed.
   */
  taken(subscription: Subscription, message: Message, taken: Message | undefined): void {
    if (message.error !== undefined) return this.#refuse(subscription, message)
    if (message.isLast) {
      subscription.sent = undefined
      this.#toSubscribe.delete(subscription)
      this.#setComplete(subscription, true)
    } else if (message.response === undefined) return
    if (this.#ports.recovery()?.perSubscription) subscription.last = message.response
    if (!taken) return this.#reject(subscription, message)
    subscription.error = undefined
    this.confirmed(subscription, taken)
  }

  /**
   * The server has accepted it. Live queries that were fetched before may have missed messages, unless the connection has
   * resumed.
   */
  accepted(subscription: Subscription): void {
    if (!subscription.isBehind) return
    subscription.isBehind = false
    this.#ports.onAccepted(subscription)
  }

  /** Its data is current: by this message, or because the server says that nothing was missed. */
  confirmed(subscription: Subscription, message?: Message): void {
    this.accepted(subscription)
    subscription.isRefused = false
    this.#setCurrent(subscription, true)
    if (message) subscription.latest = message
    for (const listener of [...subscription.listeners]) {
      if (message) listener.onMessage?.(message)
      else listener.onConfirmed?.(subscription.latest)
    }
    for (const { resolve } of [...subscription.waiting]) resolve(message)
  }

  /** Its schema rejected a message. A fetch that waits for it cannot know whether another one comes. */
  #reject(subscription: Subscription, { type }: Message): void {
    if (subscription.waiting.size === 0) return
    // The next fetch subscribes again.
    subscription.isMissing = true
    const text = `The message of the subscription "${type}" does not match its schema.`
    for (const { reject } of [...subscription.waiting]) reject(new RequestError(type, undefined, text))
  }

  #refuse(subscription: Subscription, { type, error }: Message): void {
    subscription.isRefused = true
    this.#fail(subscription, new RequestError(type, error))
  }

  #fail(subscription: Subscription, error: Error): void {
    subscription.sent = undefined
    const waiting = [...subscription.waiting]
    this.#setCurrent(subscription, false)
    subscription.isMissing = true
    subscription.error = error
    if (waiting.length === 0) this.#ports.onRefused(subscription)
    for (const listener of [...subscription.listeners]) listener.onRefused?.(error)
    for (const { reject } of waiting) reject(error)
  }

  #subscriptionOf({ type, params }: RequestEnvelope): Subscription {
    const hash = this.#ports.hashOf(messageKey(type, params))
    let subscription = this.#byKey.get(hash)
    if (!subscription) {
      subscription = {
        ...NEW_SUBSCRIPTION,
        ...{ hash, type, params, position: new StreamPosition(), listeners: new Set(), waiting: new Set() },
      }
      this.#byKey.set(hash, subscription)
    }
    return subscription
  }

  /** Ends what the server has of it, and starts over without a position. */
  #renew(subscription: Subscription): void {
    subscription.isRefused = false
    if (subscription.sent) this.#schedule(this.#toUnsubscribe, subscription)
    this.#schedule(this.#toSubscribe, subscription)
    startOver(subscription)
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
      this.#post('unsubscribe', ended, {
        more: subscription => ({ of: of(subscription) }),
        failed: ({ type }, error) => this.#ports.report({ kind: 'handler-error', type, error }),
      })
      for (const subscription of ended) subscription.sent = undefined
    }
    this.#subscribe(wanted)
  }

  #subscribe(wanted: readonly Subscription[]): void {
    if (wanted.length === 0) return
    const { perSubscription, resumed } = this.#ports.recovery() ?? {}
    const sent = this.#post('subscribe', wanted, {
      more: ({ position }) => ({
        ...(perSubscription && position.cursor !== undefined && { cursor: position.cursor }),
      }),
      failed: (subscription, error) => this.#fail(subscription, error as Error),
    })
    for (const subscription of sent) {
      subscription.sent ??= {}
      if (!perSubscription) continue
      const { cursor } = subscription.position
      const isDecidedLater = resumed !== undefined || typeof cursor === 'object'
      const gap = subscription.position.opened({ resumed: false, isDecidedLater })
      if (!gap) continue
      // Without a position, it has started over.
      if (cursor !== undefined) this.onMissed([subscription])
      this.#ports.onGap(gap, subscription)
    }
  }

  /** Returns those that were sent. */
  #post(
    kind: Draft['kind'],
    subscriptions: readonly Subscription[],
    { more, failed }: Posting,
  ): readonly Subscription[] {
    const unsent = new Set<unknown>()
    const drafts = subscriptions.map(target => {
      const { type, params } = target
      return { kind, type, params, target, ...more(target) }
    })
    const isSent = this.#ports.post(drafts, ({ target }, error) => {
      unsent.add(target)
      failed(target as Subscription, error)
    })
    return isSent ? subscriptions.filter(subscription => !unsent.has(subscription)) : []
  }

  #setCurrent(subscription: Subscription, isCurrent: boolean): void {
    if (subscription.isCurrent === isCurrent) return
    subscription.isCurrent = isCurrent
    this.#ports.onChange(subscription)
  }

  #setComplete(subscription: Subscription, isComplete: boolean): void {
    if (subscription.isComplete === isComplete) return
    subscription.isComplete = isComplete
    for (const { onComplete } of [...subscription.listeners]) onComplete()
  }
}

/** How subscriptions are sent. */
interface Posting {
  /** What its draft has besides its key. */
  more(subscription: Subscription): Partial<Draft>
  /** The application's code threw for it. */
  failed(subscription: Subscription, error: unknown): void
}

/** Why the server refused a subscription. It is reported once. */
function takeError(subscription: Subscription): Error | undefined {
  const { error } = subscription
  subscription.error = undefined
  return error
}

function isWanted({ users, isComplete, isRefused }: Subscription): boolean {
  return users > 0 && !isComplete && !isRefused
}

/** It is about to be subscribed again, without a position. */
function startOver(subscription: Subscription): void {
  subscription.position = new StreamPosition()
  subscription.mayResume = false
  subscription.isMissing = false
  // What comes until the server accepts it again is missed.
  subscription.isBehind = true
}
