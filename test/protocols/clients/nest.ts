import { type Protocol, socketOptions, tokenInQuery } from 'react-query-realtime'

interface Price {
  symbol: string
  last: number
}

interface Frame {
  event: string
  data: Price & { message?: string; cause?: { data: { symbol: string } } }
}

const protocol: Protocol = () => ({
  parse(text) {
    const { event, data } = JSON.parse(String(text)) as Frame
    if (event === 'price') return { type: event, params: { symbol: data.symbol }, response: data.last }
    if (event !== 'exception') return undefined
    return { type: 'price', params: { symbol: data.cause?.data.symbol }, error: data.message }
  },
  serialize: ({ kind, type, params }) =>
    JSON.stringify({ event: kind === 'request' ? type : kind, data: params }),
})

export const nest = socketOptions({ url: '/', protocol, attachToken: tokenInQuery() })
