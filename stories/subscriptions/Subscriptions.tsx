import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { formatCount } from '../parts/format.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { SymbolList } from './SymbolList.tsx'
import { SymbolRow } from './SymbolRow.tsx'
import { SYMBOLS } from './symbols.ts'
import { symbolsSocket } from './symbolsSocket.ts'
import { useShownSymbols } from './useShownSymbols.ts'
import './subscriptions.css'

/** 2,000 symbols over one socket. The server sends only those on screen. */
export function Subscriptions() {
  const demo = useDemo()
  const socket = useMemo(() => symbolsSocket(demo.url('/socket', { log: 0 })), [demo])
  const { status, nextRetryAt, retryCount } = useSocket(socket)
  const { data: server } = useQuery({
    queryKey: ['held by the server'],
    queryFn: () => demo.get<{ held: number }>('/subscriptions'),
    refetchInterval: 250,
  })
  const { shown, ...place } = useShownSymbols()
  const list = useRef<HTMLDivElement>(null)

  function scrollFar() {
    if (!list.current) return
    const { scrollTop, scrollHeight, clientHeight } = list.current
    list.current.scrollTop = (scrollTop + scrollHeight * 0.4) % (scrollHeight - clientHeight)
  }

  return (
    <Card title="2,000 symbols, one socket" aside={<StatusLight {...{ status, nextRetryAt, retryCount }} />}>
      <p>
        Each row on screen subscribes to its symbol, and is unsubscribed about a second after it has left.
        Scroll the list, and compare the counts.
      </p>
      <Figures
        of={{
          'In the list': formatCount(SYMBOLS.length),
          'On screen': formatCount(shown.length),
          'Held by the server': server && formatCount(server.held),
        }}
      />
      <div className="buttons">
        <Button look="primary" onClick={scrollFar}>
          Scroll far
        </Button>
        <Button onClick={() => void demo.post('/faults', { fault: 'kill' })}>Drop the connection</Button>
      </div>
      <SymbolList ref={list} {...place}>
        {shown.map(symbol => (
          <SymbolRow key={symbol} socket={socket} symbol={symbol} />
        ))}
      </SymbolList>
    </Card>
  )
}
