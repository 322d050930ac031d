import { withAdvice } from './advice.ts'
import type { Outbox, OutboxOptions, OutboxPorts } from './connectionPorts.ts'
import type { Serialize, SocketData } from './envelope.ts'
import { ConfigurationError, ConnectionLostError } from './errors.ts'
import { ignoreRejection, isPromise, refusePromise } from './validation.ts'
import { type Renewal, startRenewal } from './tokenRenewal.ts'
import { type Post, type RequestEnvelope, type RequestOptions, Requests } from './requests.ts'
import type { Draft } from './correlation.ts'
import type { Clock } from './platform.ts'
import { Fifo } from './fifo.ts'

/** The component that sends. Once it has unmounted, new data is accepted only behind data it still has queued. */
export interface Sender {
  readonly isGone: boolean
}

/** Sends and requests over a socket. */
export interface SocketOutbox extends Outbox {
  /**
   * Sends, or queues until the connection is open. Returns `false` if the queue is full, the connection is
   * closed, or the sender has unmounted and has nothing queued.
   */
  send(data: unknown, sender?: Sender): boolean
  request(envelope: RequestEnvelope, options?: RequestOptions): Promise<unknown>
}

/** Creates the outbox of a connection. */
export function createOutbox(ports: OutboxPorts): SocketOutbox {
  const { options } = ports
  const queue = new SendQueue(ports.clock, () => options().queue)
  const encode: Outbox['encode'] = (data, kind = 'send') =>
    ports.hasProtocol ? toDraft(data, kind) : toSocketData(data, options().serialize)
  let renewal: Renewal | undefined

  const post = createPost(ports, queue)
  const startRenewing = (isTakenOver: boolean) => {
    const reauthenticate = () => {
      const build = ports.reauthenticate()
      return build && ((token: string) => encode(build(token)))
    }
    // A token with an unknown lifetime is never renewed.
    if (ports.holder.currentToken.refreshAt !== undefined && (ports.shared()?.isOwner ?? true))
      renewal = startRenewal(ports, { reauthenticate, isTakenOver })
  }
  const postRequest: Post = (frame, posted) => {
    const { type, params, id: target } = frame
    const data = ports.hasProtocol ? ({ kind: 'request', type, params, target } as const) : encode(frame)
    const item = { data, isBounded: false, ...posted }
    return post(item) ? () => queue.remove(item) : undefined
  }
  const requests = new Requests(ports.clock, postRequest, ports.lastId)

  return {
    send(data, sender) {
      const failed = (error: unknown) => ports.report({ kind: 'handler-error', type: 'send', error })
      const mayWait = !sender?.isGone || queue.holds(sender)
      return post({ data: encode(data), isBounded: true, sender, failed }, mayWait)
    },
    request: requests.request,
    encode,
    opened() {
      startRenewing(false)
      queue.drain(ports.send)
    },
    owned: () => startRenewing(true),
    checkNow: () => renewal?.check(),
    matchReply: requests.matchReply,
    lost() {
      renewal?.stop()
      requests.lost()
    },
    ended() {
      queue.clear()
      requests.rejectAll(new ConnectionLostError('The connection was closed before the reply came.'))
    },
  }
}

/** Sends, or queues if the connection is not open yet. */
function createPost(ports: OutboxPorts, queue: SendQueue) {
  return (item: QueuedData, mayWait = true): boolean => {
    if (ports.send(item.data)) {
      item.sent?.()
      return true
    }
    if (!ports.mayOpen() || !mayWait) return false
    const isQueued = queue.push(item)
    if (!isQueued) ports.report({ kind: 'queue-overflow' })
    return isQueued
  }
}

/** What a protocol serializes when it is sent. */
function toDraft(data: unknown, kind: 'send' | 'heartbeat'): SocketData | Draft {
  if (isSocketData(data)) return data
  if (isPromise(data)) refuseToSend(data)
  const { type, params } = (data ?? {}) as { type?: unknown; params?: unknown }
  return { kind, type: typeof type === 'string' ? type : '', params, data }
}

/** Applies to everything sent: strings and binary data stay as they are, anything else goes through `serialize`. */
function toSocketData(data: unknown, serialize: Serialize = JSON.stringify): SocketData {
  if (isSocketData(data)) return data
  if (isPromise(data)) refuseToSend(data)
  const serialized: unknown = refusePromise(serialize(data) as unknown, '"serialize"')
  if (isSocketData(serialized)) return serialized
  throw new ConfigurationError(withAdvice(`"serialize" returned ${typeof serialized}.`, 'serialize'))
}

function refuseToSend(promise: PromiseLike<unknown>): never {
  ignoreRejection(promise)
  throw new ConfigurationError(withAdvice('A promise cannot be sent.', 'promise'))
}

/** Whether a socket can send it as it is. */
export function isSocketData(data: unknown): data is SocketData {
  return (
    typeof data === 'string' ||
    ArrayBuffer.isView(data) ||
    // Checked by name, because a buffer may come from another realm.
    ['[object ArrayBuffer]', '[object Blob]', '[object File]'].includes(Object.prototype.toString.call(data))
  )
}

/** Data waiting to be sent. */
export interface QueuedData {
  data: SocketData | Draft
  /** Whether it counts against `limit` and is dropped after `ttl`. Requests are not bounded: they have a timeout. */
  isBounded: boolean
  /** The sender. */
  sender?: object | undefined
  /** Called once it has been handed to the network. */
  sent?: () => void
  /** Called with the error thrown when it was handed to the network. */
  failed?: (error: unknown) => void
  /** Set by the queue. */
  pushedAt?: number
}

/**
 * Data that waits, in order, while there is no open connection. Expired data is dropped the next time the
 * queue is used.
 */
export class SendQueue {
  readonly #clock: Clock
  readonly #options: () => OutboxOptions['queue']
  readonly #waiting = new Fifo<QueuedData>()
  readonly #bounded = new Fifo<QueuedData>()

  constructor(clock: Clock, options: () => OutboxOptions['queue']) {
    this.#clock = clock
    this.#options = options
  }

  /** Returns `false` if the queue is full and the data was not queued. */
  push(item: QueuedData): boolean {
    const { limit = 100 } = this.#options() ?? {}
    this.#dropExpired()
    if (item.isBounded && this.#bounded.size >= limit) return false
    item.pushedAt = this.#clock.elapsed()
    this.#waiting.add(item)
    if (item.isBounded) this.#bounded.add(item)
    return true
  }

  remove(item: QueuedData): void {
    this.#waiting.delete(item)
    this.#bounded.delete(item)
  }

  /** Whether anything from this sender is still waiting. */
  holds(sender: object): boolean {
    this.#dropExpired()
    return [...this.#bounded].some(item => item.sender === sender)
  }

  /** Passes everything to `send` in order. Data that `send` does not accept stays, with everything after it. */
  drain(send: (data: SocketData | Draft) => boolean): void {
    this.#dropExpired()
    for (let item = this.#waiting.first(); item; item = this.#waiting.first()) {
      try {
        if (!send(item.data)) return
        this.remove(item)
      } catch (error) {
        this.remove(item)
        item.failed?.(error)
        continue
      }
      item.sent?.()
    }
  }

  clear(): void {
    this.#waiting.clear()
    this.#bounded.clear()
  }

  #dropExpired(): void {
    for (let item = this.#bounded.first(); item; item = this.#bounded.first()) {
      const { ttl = 30_000 } = this.#options() ?? {}
      if ((item.pushedAt ?? 0) > this.#clock.elapsed() - ttl) return
      this.remove(item)
    }
  }
}
