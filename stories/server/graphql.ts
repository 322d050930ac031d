import { setTimeout } from 'node:timers/promises'
import { buildSchema } from 'graphql'
import { makeServer } from 'graphql-ws'
import type { Connection } from './connections.ts'
import type { DemoSocket } from './demoSocket.ts'
import { nextPrice } from './feed.ts'

/** Time between two prices of one subscription (ms). */
const PACE = 700

const schema = buildSchema(`
  type Quote { symbol: String! last: Float! change: Float! at: Float! }
  type Query { quote(symbol: String!): Quote! }
  type Subscription { price(symbol: String!): Quote! }
`)

interface Arguments {
  symbol: string
}

const prices = new Map<string, number>()
const quote = ({ symbol }: Arguments) => ({ symbol, ...(nextPrice(prices, symbol).response as object) })

async function* price(arguments_: Arguments) {
  yield { price: quote(arguments_) }
  while (true) {
    await setTimeout(PACE, undefined, { ref: false })
    yield { price: quote(arguments_) }
  }
}

const server = makeServer({ schema, roots: { query: { quote }, subscription: { price } } })

/** Serves one accepted WebSocket by the protocol `graphql-transport-ws`. */
export function serveGraphql(ws: DemoSocket, { outbox }: Connection): void {
  const closed = server.opened(
    {
      protocol: ws.protocol,
      send: data => {
        outbox.push(() => {
          if (ws.readyState === ws.OPEN) ws.send(data)
        })
      },
      close: (code, reason) => ws.close(code, reason),
      onMessage: receive => {
        ws.on('message', (data: Buffer) => {
          receive(data.toString()).catch(() => ws.close(1011))
        })
      },
    },
    undefined,
  )
  ws.on('error', () => ws.terminate())
  ws.on('ping', data => outbox.push(() => ws.pong(data)))
  ws.once('close', (code, reason) => void closed(code, String(reason)))
}
