import type { Protocol } from '../core/protocol.ts'

/** What a GraphQL server sends for an operation. */
export interface GraphqlResult {
  data?: unknown
  errors?: readonly unknown[]
}

export interface GraphqlTransportWsOptions {
  /** The payload of `connection_init`. Default: `{ token }`; without a token, none. */
  connectionParams?: (token: string | null) => Record<string, unknown> | undefined
  /** What a result means. Default: its `errors`, if it has any; else its `data`. */
  read?: (result: GraphqlResult) => { response: unknown } | { error: unknown }
}

interface Frame {
  type: string
  id?: string | undefined
  payload?: unknown
}

/**
 * The protocol `graphql-transport-ws` of graphql-ws. The `params` of a request or a subscription are the operation:
 * `{ query, variables }`. The server requires the subprotocol: `protocols: ['graphql-transport-ws']`.
 */
export function graphqlTransportWs(options: GraphqlTransportWsOptions = {}): Protocol {
  const { connectionParams = token => (token === null ? undefined : { token }), read = readResult } = options
  return link => {
    const send = (frame: Frame) => link.send(JSON.stringify(frame))
    return {
      greet: () => send({ type: 'connection_init', payload: connectionParams(link.token) }),

      parse(text) {
        const { type, id, payload } = JSON.parse(String(text)) as Frame
        const re = Number(id)
        if (type === 'connection_ack') link.ready()
        if (type === 'ping') send({ type: 'pong', payload })
        if (type === 'next') {
          const result = read(payload as GraphqlResult)
          // An error ends a subscription here, so it must end at the server, too.
          if ('error' in result) send({ type: 'complete', id })
          return { re, ...result }
        }
        if (type === 'error') return { re, error: payload }
        if (type === 'complete') return { re, isLast: true }
        return undefined
      },

      serialize({ kind, params, id, of, data }) {
        if (kind === 'send') return JSON.stringify(data)
        if (kind === 'heartbeat') return JSON.stringify({ type: 'ping' })
        if (kind === 'unsubscribe') return JSON.stringify({ type: 'complete', id: String(of?.id) })
        return JSON.stringify({ type: 'subscribe', id: String(id), payload: params })
      },
    }
  }
}

function readResult({ data, errors }: GraphqlResult) {
  return errors?.length ? { error: errors } : { response: data }
}
