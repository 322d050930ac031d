import { socketOptions } from 'react-query-realtime'
import { graphqlTransportWs } from 'react-query-realtime/protocols'
import { z } from 'zod'
import { quoteSchema } from '../parts/market.ts'

const operation = z.object({ query: z.string(), variables: z.object({ symbol: z.string() }) })

/** A GraphQL server. Its `protocol` turns results into messages, and subscriptions into operations. */
export const graphqlMarket = (url: string) =>
  socketOptions({
    url,
    protocols: ['graphql-transport-ws'],
    protocol: graphqlTransportWs(),
    messages: {
      price: { params: operation, response: z.object({ price: quoteSchema }) },
      quote: { params: operation, response: z.object({ quote: quoteSchema }) },
    },
  })

export type GraphqlMarket = ReturnType<typeof graphqlMarket>

/** The operations of this page. */
export const priceOf = (symbol: string) => ({
  query: 'subscription ($symbol: String!) { price(symbol: $symbol) { last change at } }',
  variables: { symbol },
})

export const quoteOf = (symbol: string) => ({
  query: 'query ($symbol: String!) { quote(symbol: $symbol) { last change at } }',
  variables: { symbol },
})
