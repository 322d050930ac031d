import { useSubscription } from 'react-query-realtime'
import { QuoteTable } from '../parts/QuoteTable.tsx'
import { type GraphqlMarket, priceOf } from './graphqlMarket.ts'

/** One price. It is a GraphQL subscription while this row is mounted. */
export function GraphqlPrice({ socket, symbol }: { socket: GraphqlMarket; symbol: string }) {
  const { data, error } = useSubscription(socket, { type: 'price', params: priceOf(symbol) })
  return <QuoteTable.Row symbol={symbol} quote={data?.price} error={error} />
}
