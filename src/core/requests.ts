import type { Clock } from './clock.ts'
import type { Message } from './envelope.ts'
import { ConnectionLostError, type RealtimeError, RequestError, RequestTimeoutError } from './errors.ts'
import { hashValue } from './hash.ts'

/** What is asked. */
export interface RequestEnvelope<Type extends string = string, Params = unknown> {
  type: Type
  params?: Params
}

/** How it is asked. */
export interface RequestOptions {
  /** The time for the reply, waiting for the connection included (ms). Default 10,000. */
  timeout?: number | undefined
  signal?: AbortSignal | undefined
  /** Asking twice does no harm: after a loss it is sent again instead of rejecting. Default `false`. */
  idempotent?: boolean | undefined
}

/** How a request leaves: `cancel` takes it back while it still waits for a connection. `undefined`: no room. */
export type Post = (envelope: RequestEnvelope, sent: () => void) => { cancel(): void } | undefined

const DEFAULT_TIMEOUT = 10_000

interface Pending {
  readonly key: string
  readonly envelope: RequestEnvelope
  readonly isIdempotent: boolean
  readonly waiters: Set<Waiter>
  isSent: boolean
  cancel(): void
}

interface Waiter {
  resolve(response: unknown): void
  reject(error: unknown): void
}

/** Requests that wait for their reply, matched by `type` and `params`. Equal ones share one frame and one reply. */
export class Requests {
  readonly #clock: Clock
  readonly #post: Post
  readonly #pending = new Map<string, Pending>()

  constructor(clock: Clock, post: Post) {
    this.#clock = clock
    this.#post = post
  }

  get size(): number {
    return this.#pending.size
  }

  /** Resolves with the reply's `response`; rejects with a `RequestError`, `RequestTimeoutError`, `ConnectionLostError` or the signal's reason. */
  async request(envelope: RequestEnvelope, options: RequestOptions): Promise<unknown> {
    options.signal?.throwIfAborted()
    return this.#wait(this.#join(envelope, options.idempotent ?? false), options)
  }

  /** What settles the request that this message is the reply of. An equal message after it is no reply any more. */
  take(message: Message): ((taken: Message | undefined) => void) | undefined {
    if (this.#pending.size === 0) return undefined
    const entry = this.#pending.get(keyOf(message))
    if (!entry?.isSent) return undefined
    this.#pending.delete(entry.key)
    return taken => {
      for (const waiter of [...entry.waiters]) {
        if (taken && taken.error === undefined) waiter.resolve(taken.response)
        else waiter.reject(taken ? new RequestError(message.type, taken.error) : invalidReply(message.type))
      }
    }
  }

  /** The connection is gone: rejects what was sent, but for what may be sent again. */
  lost(): void {
    for (const entry of [...this.#pending.values()]) {
      if (!entry.isSent || (entry.isIdempotent && this.#send(entry))) continue
      this.#reject(entry, new ConnectionLostError())
    }
  }

  rejectAll(error: RealtimeError): void {
    for (const entry of [...this.#pending.values()]) this.#reject(entry, error)
  }

  #join(envelope: RequestEnvelope, isIdempotent: boolean): Pending {
    const key = keyOf(envelope)
    const existing = this.#pending.get(key)
    if (existing) return existing
    const entry: Pending = {
      key,
      envelope,
      isIdempotent,
      waiters: new Set(),
      isSent: false,
      cancel: () => undefined,
    }
    if (!this.#send(entry)) {
      throw new ConnectionLostError('The connection is closed, or its queue is full (see queue.limit).')
    }
    this.#pending.set(key, entry)
    return entry
  }

  #send(entry: Pending): boolean {
    entry.isSent = false
    const ticket = this.#post(entry.envelope, () => {
      entry.isSent = true
    })
    entry.cancel = () => ticket?.cancel()
    return ticket !== undefined
  }

  #wait(entry: Pending, { timeout = DEFAULT_TIMEOUT, signal }: RequestOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#clock.clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        entry.waiters.delete(waiter)
        if (entry.waiters.size === 0) this.#forget(entry)
      }
      const waiter: Waiter = {
        resolve(response) {
          leave()
          resolve(response)
        },
        reject(error: Error) {
          leave()
          reject(error)
        },
      }
      const abort = () => waiter.reject(signal?.reason)
      const expire = () => waiter.reject(new RequestTimeoutError(entry.envelope.type, timeout))
      const timer = this.#clock.setTimeout(expire, timeout)
      signal?.addEventListener('abort', abort)
      entry.waiters.add(waiter)
    })
  }

  #reject(entry: Pending, error: RealtimeError): void {
    this.#forget(entry)
    for (const waiter of [...entry.waiters]) waiter.reject(error)
  }

  #forget(entry: Pending): void {
    if (this.#pending.get(entry.key) !== entry) return
    this.#pending.delete(entry.key)
    entry.cancel()
  }
}

function invalidReply(type: string): RequestError {
  return new RequestError(type, undefined, `The reply to the request "${type}" does not match its schema.`)
}

function keyOf({ type, params }: RequestEnvelope): string {
  return hashValue([type, params ?? null])
}
