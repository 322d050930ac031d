import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RealtimeProvider, useMessage, useSocket } from 'react-query-realtime'
import { marketMessages, marketRecovery, type Quote } from '../parts/market.ts'
import { Price, PriceList } from './PriceList.tsx'
import type { SideProps } from './SideProps.ts'

const queryClient = new QueryClient()

/** A provider, a hook that opens the socket, and a hook for each price. */
export function LibrarySide(props: SideProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider>
        <Prices {...props} />
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

function Prices({ url, symbols, onMessage }: SideProps) {
  useSocket({ url, messages: marketMessages, recovery: marketRecovery, onMessage })
  return (
    <PriceList>
      {symbols.map(symbol => (
        <LivePrice key={symbol} symbol={symbol} />
      ))}
    </PriceList>
  )
}

function LivePrice({ symbol }: { readonly symbol: string }) {
  const { data } = useMessage('price', { symbol })
  return <Price symbol={symbol} quote={data as Quote | undefined} />
}
