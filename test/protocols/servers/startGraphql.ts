import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { buildSchema, GraphQLError } from 'graphql'
import { MessageType, stringifyMessage } from 'graphql-ws'
import { useServer as serve } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'
import { startTopics } from './startTopics.ts'

const schema = buildSchema(`
  type Query { price(symbol: String!): Int, secret: Int }
  type Mutation { setPrice(symbol: String!, last: Int!): Int }
  type Subscription { price(symbol: String!): Int, count(to: Int!): Int, broken: Int }
`)

/** A graphql-ws server whose clients need a token. */
export async function startGraphql() {
  const prices = startTopics()
  const tokens = new Set<unknown>(['secret'])
  const pings = { received: 0, answered: 0 }
  const handshake = { takes: 0 }
  const sockets = new Set<WebSocket>()
  const { server, ...running } = await startServer(createServer())
  serve<{ token?: string }>(
    {
      schema,
      roots: {
        query: {
          price: ({ symbol }: { symbol: string }) => prices.valueOf(symbol),
          secret: () => {
            throw new GraphQLError('Not for you.')
          },
        },
        mutation: {
          setPrice: ({ symbol, last }: { symbol: string; last: number }) => prices.publish(symbol, last),
        },
        subscription: {
          price: ({ symbol }: { symbol: string }) => prices.follow(symbol, price => ({ price })),
          async *count({ to }: { to: number }) {
            for (let count = 1; count <= to; count++) yield { count }
          },
          async *broken() {
            yield { broken: 1 }
            throw new GraphQLError('It broke.')
          },
        },
      },
      async onConnect({ connectionParams, extra: { socket } }) {
        await setTimeout(handshake.takes)
        if (!tokens.has(connectionParams?.token)) return void socket.close(4401, 'Unauthorized')
        sockets.add(socket)
        void once(socket, 'close').then(() => sockets.delete(socket))
      },
      onPing: () => void pings.received++,
      onPong: () => void pings.answered++,
    },
    new WebSocketServer({ server, path: '/graphql' }),
  )
  const ping = () => sockets.forEach(socket => socket.send(stringifyMessage({ type: MessageType.Ping })))
  return { ...running, prices, tokens, pings, handshake, ping }
}
