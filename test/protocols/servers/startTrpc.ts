import { EventEmitter, on } from 'node:events'
import { createServer } from 'node:http'
import { initTRPC, tracked, TRPCError } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { startServer } from '../support.tsx'

/**
 * A router by https://trpc.io/docs/server/subscriptions: each price is tracked, so that a subscription continues after
 * the last id that it has received. Over Server-Sent Events and over WebSocket.
 */
export async function startTrpc() {
  const tokens = new Set(['secret'])
  const prices: { id: string; symbol: string; last: number }[] = []
  const changes = new EventEmitter()
  /** The symbol of each open subscription. */
  const open: string[] = []
  const t = initTRPC
    .context<{ token: string | undefined }>()
    .create({ sse: { ping: { enabled: true, intervalMs: 100 } } })
  const signedIn = t.procedure.use(({ ctx, next }) => {
    if (!tokens.has(ctx.token ?? '')) throw new TRPCError({ code: 'UNAUTHORIZED' })
    return next()
  })
  const input = z.object({ symbol: z.string(), lastEventId: z.string().nullish() })
  const router = t.router({
    onPrice: signedIn.input(input).subscription(async function* ({ input: { symbol, lastEventId }, signal }) {
      if (symbol === '?') throw new TRPCError({ code: 'NOT_FOUND' })
      open.push(symbol)
      try {
        const later = on(changes, 'price', { signal: signal! })
        let next = Number(lastEventId ?? 0)
        do {
          for (; next < prices.length; next++) {
            const { id, last, symbol: name } = prices[next]!
            if (name === symbol) yield tracked(id, last)
          }
        } while (!(await later.next()).done)
      } finally {
        open.splice(open.indexOf(symbol), 1)
      }
    }),
  })
  const server = createServer(
    createHTTPHandler({
      router,
      basePath: '/trpc/',
      createContext: ({ req }) => ({ token: req.headers.authorization?.slice('Bearer '.length) }),
    }),
  )
  applyWSSHandler({
    router,
    wss: new WebSocketServer({ server }),
    createContext: ({ info }) => ({ token: info.connectionParams?.['token'] }),
  })
  function setPrice(symbol: string, last: number) {
    prices.push({ id: String(prices.length + 1), symbol, last })
    changes.emit('price')
  }
  return { ...(await startServer(server)), tokens, open, setPrice }
}
