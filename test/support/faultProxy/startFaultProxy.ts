import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, Socket } from 'node:net'
import type { Relay } from './relay.ts'
import { relayRequest } from './relayRequest.ts'
import { relaySocket } from './relaySocket.ts'
import { type ActAt, type BreakAct, type Moment, type Rule, RuleBook } from './rules.ts'

/** What happened at the proxy, in order; `act` names the fault that struck, `at` is in ms. */
export type LogEntry = { at: number } & (
  ({ kind: 'moment'; act?: string } & { moment: Moment }) | { kind: 'closed'; connection: number }
)

/** A proxy on loopback that does harm by rules. Where none strikes, everything passes as it is. */
export interface FaultProxy {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string
  readonly log: readonly LogEntry[]
  /** The TCP connections that are open now, by number. */
  openConnections(): number[]
  /** The moments of one kind that the log holds. */
  moments<Place extends Moment['at']>(at: Place): Extract<Moment, { at: Place }>[]
  /** Adds a rule. The returned function removes it. */
  add(rule: Rule): () => void
  /** Takes all rules back. What was broken stays broken. */
  clear(): void
  /** Breaks what is open now, or one connection of it. `close` ends a connection that is not a WebSocket. */
  strike(act: BreakAct, connection?: number): void
  /** Stops listening: the kernel refuses new connections. Open ones stay. */
  refuse(): Promise<void>
  /** Listens again, on the same port. */
  accept(): Promise<void>
  close(): Promise<void>
}

/** Starts a proxy in front of `upstreamUrl`. */
export async function startFaultProxy(upstreamUrl: string): Promise<FaultProxy> {
  const upstream = new URL(upstreamUrl)
  const rules = new RuleBook()
  const log: LogEntry[] = []
  const open = new Map<Socket, number>()
  const relays = new Map<number, Relay>()
  let connections = 0

  function meet<Place extends Rule['at']>(moment: Extract<Moment, { at: Place }>): ActAt<Place> | undefined {
    const act = rules.find<Place>(moment)
    log.push({ at: performance.now(), kind: 'moment', moment, ...(act && { act: act.do }) })
    return act
  }

  const http = createHttpServer()
  const numberOf = (socket: Socket) => open.get(socket) ?? -1
  http.on('request', (req, res) => {
    const path = new URL(req.url ?? '/', 'http://proxy.invalid').pathname
    const connection = numberOf(req.socket)
    const act = meet<'request'>({
      at: 'request',
      connection,
      method: req.method ?? '',
      path,
    })
    relays.set(connection, relayRequest(upstream, [req, res], act))
  })
  http.on('upgrade', (req, stream) => {
    const connection = numberOf(req.socket)
    if (!(stream instanceof Socket)) return void stream.destroy()
    const relay = relaySocket(req, stream, {
      upstream,
      handshake: meet<'handshake'>({ at: 'handshake', connection }),
      actOn: (from, { text }) => meet<'frame'>({ at: 'frame', connection, from, text }),
    })
    relays.set(connection, relay)
  })

  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const connection = connections++
    open.set(socket, connection)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open.delete(socket)
      relays.delete(connection)
      log.push({ at: performance.now(), kind: 'closed', connection })
    })
    const act = meet<'connection'>({ at: 'connection', connection })
    if (act?.do === 'reset') socket.resetAndDestroy()
    else if (act?.do === 'end') socket.end()
    else if (act?.do === 'hang') socket.on('end', () => socket.destroy()).resume()
    else http.emit('connection', socket)
  })

  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    log,
    openConnections: () => [...open.values()],
    moments: at =>
      log.flatMap(entry =>
        entry.kind === 'moment' && entry.moment.at === at ? [entry.moment as never] : [],
      ),
    add: rule => rules.add(rule),
    clear: () => rules.clear(),
    strike(act, connection) {
      for (const [number, relay] of relays)
        if (connection === undefined || connection === number) relay.breakOff(act)
    },
    async refuse() {
      // Its promise would wait for open connections.
      server.close()
      await Promise.resolve()
    },
    accept: () => listen(port),
    async close() {
      server.close()
      for (const relay of relays.values()) relay.destroy()
      for (const socket of open.keys()) socket.destroy()
      await Promise.resolve()
    },
  }
}
