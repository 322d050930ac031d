import { type Envelope, type ErrorReply, isRecord } from './envelope.ts'
import { nextPrice } from './feed.ts'

/** The only type that can be subscribed to. */
const TYPE = 'ticker'
/** Time between two rounds of prices (ms). */
const ROUND = 200
/** The share of the subscribed symbols whose price changes in a round. */
const SHARE = 0.3

interface SubscribeFrame {
  type: string
  params?: unknown
  subscribe: boolean
}

type Send = (message: Envelope | ErrorReply | readonly Envelope[]) => void

/** What the sockets of a channel are subscribed to. A socket gets prices of these symbols only. */
export function createTickerSubscriptions() {
  const held = new Map<Send, Set<string>>()
  const prices = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const next = (symbol: string) => ({ ...nextPrice(prices, symbol), type: TYPE })
  const count = () => [...held.values()].reduce((sum, symbols) => sum + symbols.size, 0)

  function round(): void {
    for (const [send, symbols] of held) {
      const changed = [...symbols].filter(() => Math.random() < SHARE)
      if (changed.length > 0) send(changed.map(next))
    }
  }

  function schedule(): void {
    const isWanted = count() > 0
    if (isWanted) timer ??= setInterval(round, ROUND)
    else stop()
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    count,
    stop,
    /** `send` reaches the socket that the frame came from. */
    take({ type, params = null, subscribe }: SubscribeFrame, send: Send): void {
      const symbol = isRecord(params) ? params['symbol'] : undefined
      const isKnown = type === TYPE && typeof symbol === 'string' && /^[A-Z]{2,6}$/.test(symbol)
      if (!isKnown) {
        const message =
          'Subscribe to {"type":"ticker","params":{"symbol":"BTC"}}: two to six capital letters.'
        if (subscribe) send({ type, params, error: { code: 'not-found', message } })
        return
      }
      const symbols = held.get(send) ?? new Set()
      held.set(send, symbols)
      if (subscribe) {
        symbols.add(symbol)
        send(next(symbol))
      } else symbols.delete(symbol)
      schedule()
    },
    /** The socket has closed, and its subscriptions end with it. */
    leave(send: Send): void {
      held.delete(send)
      schedule()
    },
  }
}

export function isSubscribeFrame(value: unknown): value is SubscribeFrame {
  return isRecord(value) && typeof value['type'] === 'string' && typeof value['subscribe'] === 'boolean'
}
