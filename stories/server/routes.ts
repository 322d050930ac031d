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
import type { Exchange } from './exchange.ts'
import { longPoll } from './longPoll.ts'
import { ordersEndpoint } from './ordersEndpoint.ts'
import { poll } from './poll.ts'
import type { TransportName } from './presences.ts'

export const SOCKET_PATH = '/socket'

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
  ['/publish', { methods: ['POST'], control: publish }],
  ['/feed', { methods: ['POST'], control: configureFeed }],
  ['/token', { methods: ['POST'], control: issueToken }],
  ['/tokens', { methods: ['GET'], control: countTokens }],
  ['/clients', { methods: ['GET'], control: listClients }],
  ['/subscriptions', { methods: ['GET'], control: countSubscriptions }],
  ['/faults', { methods: ['POST'], control: makeFault }],
])
