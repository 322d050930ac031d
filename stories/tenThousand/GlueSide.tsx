import { QueryClient, QueryClientProvider, skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Quote } from '../parts/market.ts'
import { Price, PriceList } from './PriceList.tsx'
import type { SideProps } from './SideProps.ts'

const queryClient = new QueryClient()

/** Handwritten code: each message is written into the cache on arrival. */
export function GlueSide(props: SideProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <Prices {...props} />
    </QueryClientProvider>
  )
}

function useSocketByHand(url: string, onMessage: () => void): void {
  const client = useQueryClient()
  useEffect(() => {
    let socket: WebSocket
    let retry: ReturnType<typeof setTimeout> | undefined

    function connect() {
      socket = new WebSocket(url)
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const { type, params, response } = JSON.parse(data) as Message
        client.setQueryData([type, params], response)
        onMessage()
      }
      socket.onclose = () => {
        retry = setTimeout(connect, 1_000)
      }
    }

    connect()
    return () => {
      clearTimeout(retry)
      socket.onclose = null
      socket.close()
    }
  }, [client, url, onMessage])
}

interface Message {
  readonly type: string
  readonly params: unknown
  readonly response: unknown
}

function Prices({ url, symbols, onMessage }: SideProps) {
  useSocketByHand(url, onMessage)
  return (
    <PriceList>
      {symbols.map(symbol => (
        <LivePrice key={symbol} symbol={symbol} />
      ))}
    </PriceList>
  )
}

function LivePrice({ symbol }: { readonly symbol: string }) {
  const { data } = useQuery<Quote>({ queryKey: ['price', { symbol }], queryFn: skipToken })
  return <Price symbol={symbol} quote={data} />
}
