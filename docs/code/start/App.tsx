import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RealtimeProvider, useSocket } from 'react-query-realtime'
import { market } from './market.ts'
import { Price } from './Price.tsx'

const queryClient = new QueryClient()

function Status() {
  const { status } = useSocket(market)
  return <p role="status">{status}</p>
}

export default function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider baseUrl="http://localhost:8080">
        <Status />
        <Price symbol="BTC" />
        <Price symbol="ETH" />
      </RealtimeProvider>
    </QueryClientProvider>
  )
}
