import { type Reauthenticate, tokenInQuery } from '../core/tokens.ts'
import type { Message, Serialize } from '../core/envelope.ts'
import { createOutbox } from '../core/outbox.ts'
import type { Protocol } from '../core/protocol.ts'
import { createProtocolTransport } from '../core/protocolTransport.ts'
import { createSocketTransport, WEB_SOCKET } from '../core/socketTransport.ts'
import type { HeartbeatPlan, QueueOptions } from '../core/connectionPorts.ts'
import type { ConnectionOptions, HeartbeatOptions } from './options.ts'
import type { TransportDefinition } from './transportDefinition.ts'
import { watchSilence } from './watchSilence.ts'
import type { MessagesOption } from '../cache/messageTypes.ts'

/** The options of `useSocket`. */
export interface SocketOptions<Schemas = object> extends ConnectionOptions<Schemas> {
  /**
   * Speaks the server's own protocol: it translates frames into messages, and back. It replaces `parse` and
   * `serialize`, and it sends the token itself unless there is an `attachToken`. It is called each time the socket opens.
   */
  protocol?: Protocol | undefined
  /** Subprotocols to offer. */
  protocols?: readonly string[] | undefined
  /** How binary frames arrive. Default: the browser's, `'blob'`. */
  binaryType?: 'blob' | 'arraybuffer' | undefined
  /** Overrides the provider's. */
  heartbeat?: boolean | HeartbeatOptions | undefined
  /**
   * The silence after which an open socket counts as dead (ms), for servers that send something regularly by themselves. With a
   * `heartbeat`, it takes the place of its `timeout`: for servers that do not reply. Default: none.
   */
  silenceTimeout?: number | undefined
  /** Overrides the provider's. */
  reauthenticate?: Reauthenticate | undefined
  /** Encodes what is neither a string nor binary data. Default: `JSON.stringify`. */
  serialize?: Serialize | undefined
  /**
   * What `send` may queue while the connection is not open: at most `limit` items (100), each for `ttl` ms
   * (30,000). Requests use their `timeout` instead.
   */
  queue?: Partial<QueueOptions> | undefined
}

const NO_OPTIONS: HeartbeatOptions = {}

const inQuery = /* @__PURE__ */ tokenInQuery()

/** Where options say that they are not those of a socket. */
export const TRANSPORT: unique symbol = Symbol('transport')

/** WebSocket. */
export const socketDefinition: TransportDefinition<SocketOptions> = {
  transport: 'socket',
  ...WEB_SOCKET,
  identity: ({ protocols, binaryType, protocol }) => [protocols, binaryType, protocol !== undefined],
  plan: ({ protocols, protocol, heartbeat, reauthenticate, silenceTimeout }, provider) => ({
    request: { protocols },
    // A protocol sends the token itself, in its handshake.
    attachToken: protocol ? request => request : inQuery,
    heartbeat: readHeartbeat(heartbeat ?? provider.heartbeat, silenceTimeout),
    reauthenticate: reauthenticate ?? provider.reauthenticate,
  }),
  createTransport({ webSocket, maxMessageBytes, latest, share }, { binaryType, protocol }) {
    const transport = createSocketTransport({ webSocket, binaryType })
    // A protocol has a state that begins with its socket, so no other tab can join.
    if (!protocol) return share?.socket(transport, binaryType) ?? transport
    return createProtocolTransport(transport, { protocol: () => latest().protocol, maxMessageBytes })
  },
  createOutbox,
}

/** How to watch a connection that can send. */
export function readHeartbeat(
  heartbeat: SocketOptions['heartbeat'] = false,
  silence?: number,
): HeartbeatPlan | undefined {
  if (heartbeat === false) return watchSilence(silence)
  const {
    interval = 25_000,
    timeout = 10_000,
    message = { type: 'heartbeat' },
    isReply,
  } = heartbeat === true ? NO_OPTIONS : heartbeat
  const plan = { interval, timeout, silence, message, isReply }
  const replyType = typeOf(message)
  if (isReply || (replyType === undefined && typeof message !== 'string')) return plan
  return replyType === undefined ? { ...plan, isReply: repliesTo(message as string) } : { ...plan, replyType }
}

/** Whether a message replies to a heartbeat of plain text: it has the same text, and `ping` may also get `pong`. */
function repliesTo(heartbeat: string): (message: Message) => boolean {
  return ({ response }) => response === heartbeat || (heartbeat === 'ping' && response === 'pong')
}

/** The `type` of a heartbeat, which may already be serialized. */
function typeOf(heartbeat: unknown): string | undefined {
  let value = heartbeat
  try {
    if (typeof value === 'string') value = JSON.parse(value)
  } catch {
    return undefined
  }
  const { type } = (value ?? {}) as { type?: unknown }
  return typeof type === 'string' ? type : undefined
}

/**
 * Defines a typed socket that components can share, as `queryOptions` does for queries.
 *
 * ```ts
 * export const market = socketOptions({
 *   url: '/socket',
 *   messages: { price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) } },
 * })
 * // In a component: const { data } = useSocketQuery(market, { type: 'price', params: { symbol: 'BTC' } })
 * ```
 */
export function socketOptions<Schemas extends object, Responses extends object = object>(
  options: SocketOptions<Schemas> & MessagesOption<Responses>,
): SocketOptions<Schemas> {
  return options
}
