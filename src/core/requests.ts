import type { Clock, TimerHandle } from './clock.ts'
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

/** Requests that wait for their reply, matched by `type` and `params`. Equal ones share one frame and one reply. */
export interface Requests {
  request(envelope: RequestEnvelope, options: RequestOptions): Promise<unknown>
  /** Whether this message is the reply that a request waited for; it settles it. */
  settle(message: Message): boolean
  /** The connection is gone: rejects what was sent, but for what may be sent again. */
  lost(): void
  /** Rejects everything. */
  rejectAll(error: RealtimeError): void
  readonly size: number
}

/** How a request leaves: `cancel` takes it back while it still waits for a connection. */
export type Dispatch = (envelope: RequestEnvelope, sent: () => void) => { cancel(): void } | undefined

const DEFAULT_TIMEOUT = 10_000

interface Pending {
  envelope: RequestEnvelope
  waiters: Set<Waiter>
  isSent: boolean
  isIdempotent: boolean
  cancel(): void
}

interface Waiter {
  resolve(response: unknown): void
  reject(error: unknown): void
}

/** Creates the table of pending requests. `dispatch` gives `undefined` where nothing more can be queued. */
export function createRequests(clock: Clock, dispatch: Dispatch): Requests {
  const pending = new Map<string, Pending>()

  function dispatchEntry(entry: Pending): boolean {
    entry.isSent = false
    const ticket = dispatch(entry.envelope, () => {
      entry.isSent = true
    })
    entry.cancel = () => ticket?.cancel()
    return ticket !== undefined
  }

  function join(key: string, envelope: RequestEnvelope, isIdempotent: boolean): Pending {
    const existing = pending.get(key)
    if (existing) return existing
    const entry: Pending = {
      envelope,
      waiters: new Set(),
      isSent: false,
      isIdempotent,
      cancel: () => undefined,
    }
    pending.set(key, entry)
    try {
      if (dispatchEntry(entry)) return entry
    } catch (error) {
      pending.delete(key)
      throw error
    }
    pending.delete(key)
    throw new ConnectionLostError(
      'The queue of this connection is full. Wait until it is open, or raise queue.limit.',
    )
  }

  function rejectEntry(key: string, error: RealtimeError) {
    const entry = pending.get(key)
    pending.delete(key)
    entry?.cancel()
    entry?.waiters.forEach(waiter => waiter.reject(error))
  }

  function wait(key: string, entry: Pending, options: RequestOptions): Promise<unknown> {
    const { timeout = DEFAULT_TIMEOUT, signal } = options
    return new Promise((resolve, reject) => {
      let timer: TimerHandle | undefined
      const leave = () => {
        clock.clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        entry.waiters.delete(waiter)
        if (entry.waiters.size > 0 || pending.get(key) !== entry) return
        pending.delete(key)
        entry.cancel()
      }
      const waiter: Waiter = {
        resolve: response => (leave(), resolve(response)),
        reject: (error: Error) => (leave(), reject(error)),
      }
      const onAbort = () => waiter.reject(signal?.reason)
      signal?.addEventListener('abort', onAbort)
      timer = clock.setTimeout(
        () => waiter.reject(new RequestTimeoutError(entry.envelope.type, timeout)),
        timeout,
      )
      entry.waiters.add(waiter)
    })
  }

  return {
    async request(envelope, options) {
      options.signal?.throwIfAborted()
      const key = keyOf(envelope)
      return wait(key, join(key, envelope, options.idempotent ?? false), options)
    },
    settle(message) {
      if (pending.size === 0) return false
      const key = keyOf(message)
      const entry = pending.get(key)
      if (!entry?.isSent) return false
      pending.delete(key)
      const isError = message.error !== undefined
      for (const waiter of [...entry.waiters]) {
        if (isError) waiter.reject(new RequestError(message.type, message.error))
        else waiter.resolve(message.response)
      }
      return true
    },
    lost() {
      for (const [key, entry] of [...pending]) {
        if (!entry.isSent) continue
        if (!entry.isIdempotent || !dispatchEntry(entry)) rejectEntry(key, new ConnectionLostError())
      }
    },
    rejectAll(error) {
      for (const key of [...pending.keys()]) rejectEntry(key, error)
    },
    get size() {
      return pending.size
    },
  }
}

function keyOf({ type, params }: RequestEnvelope): string {
  return hashValue([type, params ?? null])
}
