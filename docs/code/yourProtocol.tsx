// #region requests
import { type Protocol, socketOptions, useSocketQuery } from 'react-query-realtime'

/** What the server sends. */
interface Frame {
  op: string
  ref: number
  data?: unknown
  reason?: string
  watch: string
  every: number
}

const read = (text: unknown) => JSON.parse(String(text)) as Frame

const requests: Protocol = () => ({
  parse(text) {
    const { op, ref, data, reason } = read(text)
    if (op === 'ok') return { re: ref, response: data }
    if (op === 'error') return { re: ref, error: reason }
    return undefined
  },
  serialize: ({ type, params, id }) => JSON.stringify({ op: type, ref: id, ...Object(params) }),
})

export const openHouse = socketOptions({ url: '/open', protocol: requests })

export function CurrentBid({ item }: { item: string }) {
  const { data } = useSocketQuery(openHouse, { type: 'get', params: { item } })
  return <p>{JSON.stringify(data)}</p>
}
// #endregion requests

// #region subscriptions
import { useSubscription } from 'react-query-realtime'

const subscriptions: Protocol = link => {
  const { parse, serialize } = requests(link)
  return {
    parse(text) {
      const { op, ref, watch, data } = read(text)
      if (op === 'ok' && watch) return { re: ref, as: watch }
      if (op === 'bid') return { re: watch, response: data }
      if (op === 'end') return { re: watch, isLast: true }
      return parse(text)
    },
    serialize(out) {
      const { kind, params, of } = out
      if (kind === 'subscribe') return serialize({ ...out, type: 'watch' })
      if (kind === 'unsubscribe')
        return serialize({ ...out, type: 'unwatch', params: { ...Object(params), watch: of?.as } })
      return serialize(out)
    },
  }
}

export const liveHouse = socketOptions({ url: '/open', protocol: subscriptions })

export function LiveBid({ item }: { item: string }) {
  const { data, error, isComplete } = useSubscription(liveHouse, { type: 'bid', params: { item } })
  if (error) return <p>{error.message}</p>
  return <p>{`${item} ${JSON.stringify(data)}${isComplete ? ' sold' : ''}`}</p>
}
// #endregion subscriptions

// #region handshake
const auctions: Protocol = link => {
  const { parse, serialize } = subscriptions(link)
  return {
    greet: () => link.send(JSON.stringify({ op: 'auth', token: link.token })),
    parse(text) {
      const { op, every } = read(text)
      if (op === 'denied') return link.fail(4401)
      if (op !== 'welcome') return parse(text)
      link.heartbeat({ interval: every })
      return link.ready()
    },
    serialize: out => (out.kind === 'heartbeat' ? JSON.stringify({ op: 'ping' }) : serialize(out)),
  }
}

export const auctionHouse = socketOptions({ url: '/auctions', protocol: auctions })
// #endregion handshake

export function Auction({ item }: { item: string }) {
  const { data, error } = useSubscription(auctionHouse, { type: 'bid', params: { item } })
  return <p>{`${item} ${error?.name ?? JSON.stringify(data)}`}</p>
}
