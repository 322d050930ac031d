import { abortReason, type Clock, throwIfAborted } from './platform.ts'
import type { Message } from './envelope.ts'
import { ConnectionLostError, type RealtimeError, RequestError, RequestTimeoutError } from './errors.ts'
import { Fifo } from './fifo.ts'
import { hashValue } from './hash.ts'
import { assertNumbers } from './validation.ts'

/** What to request. */
export interface RequestEnvelope<Type extends string = string, Params = unknown> {
  type: Type
  params?: Params
}

/** How to send a request. */
export interface RequestOptions {
  /** The time to wait for the reply, including the wait for the connection (ms). Default 10,000. */
  timeout?: number | undefined
  signal?: AbortSignal | undefined
  /**
   * Whether the request is safe to repeat. After a lost connection it is sent again instead of rejecting.
   * Default `false`.
   */
  idempotent?: boolean | undefined
}

/** A request as it is sent. Its `id` is unique within the connection. */
export interface RequestFrame extends RequestEnvelope {
  id: number
}

/** Callbacks for a frame that was posted. */
interface PostedFrame {
  /** It has been handed to the network. */
  sent(): void
  /** The network threw when it was handed over. */
  failed(error: unknown): void
}

/**
 * Sends a frame or queues it. Returns a function that removes it from the queue; `undefined` if no connection
 * will come.
 */
export type Post = (frame: RequestFrame, posted: PostedFrame) => (() => void) | undefined

/** A message that a request waited for, with the type and params that it may leave out. */
export interface Reply {
  message: Message
  /** Settles the request; call it once the message has taken effect. `undefined`: its schema rejected it. */
  settle(taken: Message | undefined): void
}

const DEFAULT_TIMEOUT = 10_000

/** How many requests are remembered that were given up before their reply arrived, and for how long (ms). */
const MAX_GIVEN_UP = 1_000
const GIVEN_UP_TTL = 60_000

interface Call {
  readonly key: string
  readonly frame: RequestFrame
  readonly isIdempotent: boolean
  isSent: boolean
  /** When it timed out or was aborted after it was sent. */
  givenUpAt?: number
  cancel?: (() => void) | undefined
  resolve(response: unknown): void
  reject(error: unknown): void
}

/**
 * Requests that wait for their reply. A reply with `re` belongs to that request, any other to the oldest with
 * its `type` and `params`. The oldest may be one that was given up after it was sent: its late reply must not
 * settle a newer one.
 */
export class Requests {
  readonly #clock: Clock
  readonly #post: Post
  #lastId: number
  /** By id: requests that wait for a connection, a reply, or a late reply. */
  readonly #calls = new Map<string, Call>()
  /** By type and params: requests that were sent, in order. */
  readonly #sent = new Map<string, Fifo<Call>>()
  readonly #givenUp = new Fifo<Call>()

  /** Ids start after `lastId`. */
  constructor(clock: Clock, post: Post, lastId = 0) {
    this.#clock = clock
    this.#lastId = lastId
    this.#post = post
  }

  /**
   * Resolves with the reply's `response`. Rejects with a `RequestError`, `RequestTimeoutError`,
   * `ConnectionLostError` or `ConfigurationError`, or with the signal's reason.
   */
  readonly request = async (envelope: RequestEnvelope, options: RequestOptions = {}): Promise<unknown> => {
    assertNumbers(options)
    const { signal, timeout = DEFAULT_TIMEOUT, idempotent = false } = options
    throwIfAborted(signal)
    return new Promise((resolve, reject) => {
      /** Stops the timer and the listener, then settles the promise. */
      const settle = (apply: (value: unknown) => void) => (value: unknown) => {
        this.#clock.clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        apply(value)
      }
      const call: Call = {
        key: keyOf(envelope),
        frame: { ...envelope, id: ++this.#lastId },
        isIdempotent: idempotent,
        isSent: false,
        resolve: settle(resolve),
        reject: settle(reject),
      }
      const abort = () => this.#giveUp(call, abortReason(signal))
      const expire = () => this.#giveUp(call, new RequestTimeoutError(envelope.type, timeout))
      const timer = this.#clock.setTimeout(expire, timeout)
      signal?.addEventListener('abort', abort)
      this.#calls.set(String(call.frame.id), call)
      this.#start(call)
    })
  }

  /** The reply in this message, if it belongs to a request that was sent. */
  readonly matchReply = (message: Message): Reply | undefined => {
    if (this.#sent.size === 0) return undefined
    const call = message.re === undefined ? this.#oldest(keyOf(message)) : this.#named(message.re)
    if (!call) return undefined
    this.#forget(call)
    const { type, params } = call.frame
    const completed = message.type === '' ? { ...message, type } : message
    const isPlain = completed.type === type && completed.params === undefined && params !== undefined
    return {
      message: isPlain ? { ...completed, params } : completed,
      settle: taken => {
        if (taken && taken.error === undefined) call.resolve(taken.response)
        else call.reject(taken ? new RequestError(type, taken.error) : invalidReply(type))
      },
    }
  }

  /** The connection is lost, and all replies with it. Rejects what was sent, except requests that may be repeated. */
  lost(): void {
    const calls = [...this.#calls.values()].filter(({ isSent }) => isSent)
    this.#sent.clear()
    for (const call of calls) {
      if (call.isIdempotent && call.givenUpAt === undefined) this.#start(call)
      else this.#reject(call, new ConnectionLostError())
    }
  }

  rejectAll(error: RealtimeError): void {
    for (const call of [...this.#calls.values()]) this.#reject(call, error)
  }

  /** Posts a call, for the first time or again. */
  #start(call: Call): void {
    call.isSent = false
    try {
      call.cancel = this.#post(call.frame, {
        sent: () => this.#markSent(call),
        failed: error => this.#reject(call, error),
      })
      if (!call.cancel) this.#reject(call, new ConnectionLostError('The connection is closed.'))
    } catch (error) {
      this.#reject(call, error)
    }
  }

  #markSent(call: Call): void {
    call.isSent = true
    const equal = this.#sent.get(call.key) ?? new Fifo<Call>()
    this.#sent.set(call.key, equal)
    equal.add(call)
  }

  #named(re: string | number): Call | undefined {
    const call = this.#calls.get(String(re))
    return call?.isSent ? call : undefined
  }

  #oldest(key: string): Call | undefined {
    this.#dropGivenUp()
    return this.#sent.get(key)?.first()
  }

  /** The caller no longer waits for the reply, but it may still arrive. */
  #giveUp(call: Call, error: unknown): void {
    if (call.isSent && this.#calls.get(String(call.frame.id)) === call) {
      call.givenUpAt = this.#clock.elapsed()
      this.#givenUp.add(call)
      this.#dropGivenUp()
      call.reject(error)
    } else this.#reject(call, error)
  }

  #dropGivenUp(): void {
    const oldest = this.#clock.elapsed() - GIVEN_UP_TTL
    for (let call = this.#givenUp.first(); call; call = this.#givenUp.first()) {
      if (this.#givenUp.size <= MAX_GIVEN_UP && (call.givenUpAt ?? 0) > oldest) return
      this.#forget(call)
    }
  }

  #reject(call: Call, error: unknown): void {
    this.#forget(call)
    call.cancel?.()
    call.reject(error)
  }

  #forget(call: Call): void {
    this.#calls.delete(String(call.frame.id))
    this.#givenUp.delete(call)
    const equal = this.#sent.get(call.key)
    equal?.delete(call)
    if (equal?.size === 0) this.#sent.delete(call.key)
  }
}

function invalidReply(type: string): RequestError {
  return new RequestError(type, undefined, `The reply to the request "${type}" does not match its schema.`)
}

function keyOf({ type, params }: RequestEnvelope): string {
  return hashValue([type, params ?? null])
}
