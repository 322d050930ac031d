import type { Reauthenticate } from './attachToken.ts'
import type { Channel, ChannelLink } from './connectionSetup.ts'
import type { Serialize } from './envelope.ts'
import { ConnectionLostError } from './errors.ts'
import { type Renewal, startRenewal } from './renewal.ts'
import { Requests, type RequestEnvelope, type RequestOptions } from './requests.ts'
import { createSendQueue, type QueuedData, type QueueOptions } from './sendQueue.ts'
import type { SocketData } from './transport.ts'

/** The outgoing half of a socket connection. */
export interface SocketChannel extends Channel {
  /** Sends, or queues until the connection is open. `false`: the queue is full or the connection is closed. */
  send(data: unknown): boolean
  request(envelope: RequestEnvelope, options?: RequestOptions): Promise<unknown>
}

/** What of the latest options the outgoing half reads. */
export interface SocketChannelOptions {
  serialize?: Serialize | undefined
  queue?: Partial<QueueOptions> | undefined
  reauthenticate?: Reauthenticate | undefined
}

const DEFAULT_QUEUE: QueueOptions = { limit: 100, ttl: 30_000 }

/** Creates the outgoing half of one connection. `provider`: what holds where its own options say nothing. */
export function createSocketChannel(
  link: ChannelLink,
  options: () => SocketChannelOptions,
  provider: () => Pick<SocketChannelOptions, 'reauthenticate'> = options,
): SocketChannel {
  const queue = createSendQueue(link.clock)
  let renewal: Renewal | undefined

  function post(item: QueuedData): boolean {
    if (link.send(item.data)) {
      item.sent?.()
      return true
    }
    if (!link.mayOpen()) return false
    const isQueued = queue.push(item, { ...DEFAULT_QUEUE, ...options().queue })
    if (!isQueued) link.report({ kind: 'queue-overflow' })
    return isQueued
  }

  const requests = new Requests(link.clock, (envelope, sent) => {
    const item = { data: serialize(envelope), sent }
    return post(item) ? { cancel: () => queue.remove(item) } : undefined
  })

  function serialize(value: unknown): SocketData {
    return (options().serialize ?? JSON.stringify)(value)
  }

  return {
    send: data => post({ data: isSocketData(data) ? data : serialize(data) }),
    request: (envelope, requestOptions = {}) => requests.request(envelope, requestOptions),
    encode: serialize,
    opened() {
      renewal = startRenewal(link, () => options().reauthenticate ?? provider().reauthenticate)
      queue.drain(link.send)
    },
    pulse: () => renewal?.check(),
    take: message => requests.take(message),
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

function isSocketData(data: unknown): data is SocketData {
  return (
    typeof data === 'string' ||
    ArrayBuffer.isView(data) ||
    // By name, for a buffer may come from another realm.
    ['[object ArrayBuffer]', '[object Blob]', '[object File]'].includes(Object.prototype.toString.call(data))
  )
}
