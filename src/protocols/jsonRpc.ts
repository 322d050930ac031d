import type { Incoming, IncomingReply, Outgoing, Protocol } from '../core/protocol.ts'

export interface JsonRpcCall {
  method: string
  params?: unknown
}

export interface JsonRpcFrame extends Partial<JsonRpcCall> {
  id?: unknown
  result?: unknown
  error?: unknown
}

export interface JsonRpcOptions {
  /** The call that subscribes. Default: the method `subscribe` with `[type, params]`. */
  subscribe?: (out: Outgoing) => JsonRpcCall
  /** What its result means. Default: the server's name for the subscription. */
  subscribed?: (result: unknown) => Omit<IncomingReply, 're'>
  /** The call that unsubscribes. Default: the method `unsubscribe` with `[out.of.as]`. */
  unsubscribe?: (out: Outgoing) => JsonRpcCall
  /** What a frame without an `id` says. Default: `params.subscription` names a subscription; else `method` is the type. */
  notification?: (frame: JsonRpcFrame) => Incoming | undefined
}

/**
 * JSON-RPC 2.0. A request calls the method `type`, `send({ type, params })` notifies. A heartbeat is a call, because any
 * response to it is a sign of life.
 */
export function jsonRpc(options: JsonRpcOptions = {}): Protocol {
  const { subscribe = writeSubscribe, unsubscribe = writeUnsubscribe } = options
  const { subscribed = readName, notification = readNotification } = options
  return () => {
    /** The ids of calls that subscribe. */
    const subscribes = new Set<number>()
    const write = (frame: object) => JSON.stringify({ jsonrpc: '2.0', ...frame })

    function read(frame: JsonRpcFrame): Incoming | undefined {
      const { id, method, result, error } = frame
      if (method !== undefined || id === undefined) return notification(frame)
      if (typeof id !== 'number') return undefined
      if (error) return { re: id, error }
      return subscribes.has(id) ? { re: id, ...subscribed(result) } : { re: id, response: result }
    }

    return {
      parse: text =>
        [JSON.parse(String(text)) as JsonRpcFrame | JsonRpcFrame[]]
          .flat()
          .flatMap(frame => read(frame) ?? []),

      serialize(out) {
        const { kind, type: method, id } = out
        const params = out.params ?? undefined
        if (kind === 'send') return write({ method, params })
        if (kind === 'subscribe') subscribes.add(id)
        if (kind === 'subscribe') return write({ id, ...subscribe(out) })
        if (kind === 'unsubscribe') return write({ id, ...unsubscribe(out) })
        return write({ id, method, params })
      },
    }
  }
}

const writeSubscribe = ({ type, params }: Outgoing) => ({ method: 'subscribe', params: [type, params ?? {}] })
const writeUnsubscribe = ({ of }: Outgoing) => ({ method: 'unsubscribe', params: [of?.as] })
const readName = (result: unknown) => ({ as: result as string | number })

function readNotification({ method = '', params }: JsonRpcFrame): Incoming {
  const { subscription, result } = Object(params) as { subscription?: string | number; result?: unknown }
  // As text: a number would be the id of a call.
  return subscription === undefined
    ? { type: method, response: params }
    : { re: String(subscription), response: result }
}
