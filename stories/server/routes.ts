import {
  configureFeed,
  countSubscriptions,
  countTokens,
  issueToken,
  listClients,
  makeFault,
  publish,
  type Control,
} from './control.ts'
import { events } from './events.ts'
import type { Connection } from './connections.ts'
import type { DemoSocket } from './demoSocket.ts'
import type { Exchange } from './exchange.ts'
import { serveGraphql } from './graphql.ts'
import { longPoll } from './longPoll.ts'
import { messagesEndpoint } from './messagesEndpoint.ts'
import { ordersEndpoint } from './ordersEndpoint.ts'
import { poll } from './poll.ts'
import type { TransportName } from './presences.ts'
import type { DemoRequest } from './request.ts'
import { serveSocket } from './socket.ts'

/** How an accepted WebSocket is served. */
export type ServeSocket = (ws: DemoSocket, connection: Connection, request: DemoRequest) => void

export const SOCKETS: ReadonlyMap<string, ServeSocket> = new Map<string, ServeSocket>([
  ['/socket', (ws, connection, request) => serveSocket(ws, request, connection)],
  ['/graphql', serveGraphql],
])

/** A transport, which faults and tokens affect, or a control, which they do not. */
export type Route = { methods: readonly string[] } & (
  | { transport: TransportName | 'rest'; serve: (exchange: Exchange) => void | Promise<void> }
  | { control: Control }
)

export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/poll', { methods: ['GET'], transport: 'poll', serve: poll }],
  ['/long-poll', { methods: ['GET'], transport: 'longPoll', serve: longPoll }],
  ['/events', { methods: ['GET', 'POST'], transport: 'events', serve: events }],
  ['/orders', { methods: ['GET', 'POST'], transport: 'rest', serve: ordersEndpoint }],
  ['/messages', { methods: ['GET', 'POST'], transport: 'rest', serve: messagesEndpoint }],
  ['/publish', { methods: ['POST'], control: publish }],
  ['/feed', { methods: ['POST'], control: configureFeed }],
  ['/token', { methods: ['POST'], control: issueToken }],
  ['/tokens', { methods: ['GET'], control: countTokens }],
  ['/clients', { methods: ['GET'], control: listClients }],
  ['/subscriptions', { methods: ['GET'], control: countSubscriptions }],
  ['/faults', { methods: ['POST'], control: makeFault }],
])
