import type { Incoming, Protocol } from '../core/protocol.ts'

/** A message of a channel that replies to nothing. */
export interface PhoenixPush {
  topic: string
  event: string
  payload: unknown
  /** Names the subscription that joined the channel. */
  re: number
}

export interface PhoenixOptions {
  /** What a push says. Default: a message whose type is the event, with the params `{ topic }`. */
  push?: (push: PhoenixPush) => Incoming | undefined
  /** Phoenix closes a connection after 60 s without a frame. Default: a heartbeat every 30 s. */
  heartbeat?: { interval: number; timeout?: number }
}

interface ReplyPayload {
  status: string
  response: unknown
}

type Frame = [joinRef: string | null, ref: string | null, topic: string, event: string, payload: unknown]

/**
 * Phoenix channels, with the serializer of version 2: `url: '/socket/websocket?vsn=2.0.0'`. A subscription joins the
 * topic `type` with `params`; its data is the reply. A request pushes the event `type` with `params`, whose `topic` it takes out.
 */
export function phoenix({
  push = readPush,
  heartbeat = { interval: 30_000 },
}: PhoenixOptions = {}): Protocol {
  return link => {
    /** The `ref` that joined each topic. */
    const joins = new Map<string, string>()
    const write = (ref: number, topic: string, [event, payload]: [string, unknown]) =>
      JSON.stringify([joins.get(topic) ?? null, String(ref), topic, event, payload ?? {}])
    return {
      greet() {
        link.heartbeat(heartbeat)
        link.ready()
      },

      parse(text) {
        const [joinRef, ref, topic, event, payload] = JSON.parse(String(text)) as Frame
        if (topic === 'phoenix') return undefined
        if (event === 'phx_reply') {
          const { status, response } = payload as ReplyPayload
          return status === 'ok' ? { re: Number(ref), response } : { re: Number(ref), error: response }
        }
        // A broadcast has no reference.
        const re = Number(joinRef ?? joins.get(topic))
        if (event === 'phx_close') return { re, isLast: true }
        if (event === 'phx_error') return { re, error: event }
        return push({ topic, event, payload, re })
      },

      serialize({ kind, type, params, id }) {
        if (kind === 'heartbeat') return write(id, 'phoenix', ['heartbeat', {}])
        if (kind === 'subscribe') joins.set(type, String(id))
        if (kind === 'subscribe') return write(id, type, ['phx_join', params])
        if (kind === 'unsubscribe') return write(id, type, ['phx_leave', {}])
        const { topic, ...payload } = params as { topic: string }
        return write(id, topic, [type, payload])
      },
    }
  }
}

function readPush({ topic, event, payload }: PhoenixPush): Incoming {
  return { type: event, params: { topic }, response: payload }
}
