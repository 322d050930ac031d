import type { Incoming, IncomingReply, Outgoing, Protocol } from '../core/protocol.ts'

export interface SocketIoOptions {
  /** Default `'/'`. */
  namespace?: string
  /** The payload of the connection to the namespace. Default: `{ token }`. */
  auth?: (token: string | null) => object
  /** The close code for a refused connection. Default 4401, which fetches a fresh token. */
  refusal?: (error: { message: string; data?: unknown }) => number
  /** The event that subscribes or unsubscribes, and its arguments. Default: `[kind, type, params]`. */
  subscription?: (out: Outgoing) => unknown[]
  /** What an event says. Default: one argument is the response; two are the params and the response. */
  event?: (name: string, args: unknown[]) => Incoming | undefined
  /** What an acknowledgement means. Default: its argument is the response, or refuses if it has an `error`. */
  acknowledgement?: (args: unknown[]) => Omit<IncomingReply, 're'>
}

/** What packets contain that are not events. */
type Packet = unknown[] & { pingInterval: number; pingTimeout: number; pid?: string; message: string }

/** The types of Engine.IO and Socket.IO, attachments, namespace, id and JSON. */
const PACKET = /^(4?\d)(\d+-)?(\/[^,]*,)?(\d+)?(.*)$/s

/** Socket.IO 4 over WebSocket: `url: '/socket.io/?EIO=4&transport=websocket'`. A request emits `type` with `params`. */
export function socketIo(options: SocketIoOptions = {}): Protocol {
  const { namespace = '/', auth = toPayload, refusal = () => 4401 } = options
  const { subscription = writeSubscription, event = readEvent, acknowledgement = readArgument } = options
  const place = namespace === '/' ? '' : `${namespace},`
  return link => {
    const [oldPid, offset] = typeof link.cursor === 'string' ? link.cursor.split(' ') : []
    /** Names a session that the server can recover. Each of its events ends with a position. */
    let pid = oldPid
    const write = (type: number, data: unknown, id: number | string = '') =>
      `4${type}${place}${id}${JSON.stringify(data)}`

    function received([name, ...args]: unknown[]) {
      const position = pid === undefined ? undefined : args.at(-1)
      if (typeof position !== 'string') return event(String(name), args)
      const incoming = event(String(name), args.length > 1 ? args.slice(0, -1) : args)
      return incoming?.type === undefined ? incoming : { ...incoming, id: `${pid} ${position}` }
    }

    return {
      // The server begins.
      greet: () => undefined,
      parse(frame) {
        const [, type = '', attachments, at = '', id, json] = PACKET.exec(String(frame)) ?? []
        if (type.startsWith('4') && at !== place) return undefined
        if (attachments) throw new Error('Binary data of Socket.IO is not supported.')
        const data = (json && JSON.parse(json)) as Packet
        if (type === '0') link.heartbeat({ silence: data.pingInterval + data.pingTimeout })
        if (type === '0') link.send(write(0, { ...auth(link.token), ...(offset && { pid: oldPid, offset }) }))
        if (type === '2') link.send('3')
        if (type === '40') link.ready({ resumed: (pid = data.pid) !== undefined && pid === oldPid })
        if (type === '41') link.fail(1001)
        if (type === '44') link.fail(refusal(data))
        if (type === '43') return { re: Number(id), ...acknowledgement(data) }
        if (type === '42' && id) link.send(write(3, [], id))
        return type === '42' ? received(data) : undefined
      },
      serialize(out) {
        const { kind, type, params, id } = out
        if (kind === 'heartbeat') return '6'
        const args = kind === 'send' || kind === 'request' ? [type, params] : subscription(out)
        return write(2, args.at(-1) === undefined ? args.slice(0, -1) : args, kind === 'send' ? '' : id)
      },
    }
  }
}

const toPayload = (token: string | null) => ({ token })
const writeSubscription = ({ kind, type, params }: Outgoing) => [kind, type, params]
const readEvent = (type: string, args: unknown[]): Incoming =>
  args.length > 1 ? { type, params: args[0], response: args[1] } : { type, response: args[0] }

function readArgument([response]: unknown[]): Omit<IncomingReply, 're'> {
  const { error } = Object(response) as { error?: unknown }
  return error !== undefined ? { error } : response === undefined ? {} : { response }
}
