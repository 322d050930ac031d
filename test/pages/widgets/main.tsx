import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { RealtimeProvider, socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'

const ROW = 30
const HEIGHT = 600
const symbols = Array.from({ length: 300 }, (_, index) => `S${index}`)
const parameters = new URLSearchParams(location.search)
const market = socketOptions({ url: parameters.get('server') ?? '' })
const closeDelay = Number(parameters.get('closeDelay'))

function Widget({ symbol }: { symbol: string }) {
  const { send } = useSocket(market)
  const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
  useEffect(() => () => void send({ type: 'leave', params: { symbol } }), [send, symbol])
  return <b data-symbol={symbol}>{`${symbol}: ${(data as { last: number } | undefined)?.last ?? '…'}`}</b>
}

/** Only the rows that are on screen are mounted. */
function List() {
  const [top, setTop] = useState(0)
  const first = Math.floor(top / ROW)
  const visible = symbols.slice(first, first + HEIGHT / ROW)
  return (
    <div id="scroller" onScroll={event => setTop(event.currentTarget.scrollTop)}>
      <div style={{ position: 'relative', height: symbols.length * ROW }}>
        {visible.map((symbol, index) => (
          <div key={symbol} className="row" style={{ top: (first + index) * ROW }}>
            <Widget symbol={symbol} />
          </div>
        ))}
      </div>
    </div>
  )
}

/** All 300 at once. */
function Wall() {
  return (
    <div style={{ columns: 6 }}>
      {symbols.map(symbol => (
        <div key={symbol}>
          <Widget symbol={symbol} />
        </div>
      ))}
    </div>
  )
}

function App() {
  const [route, setRoute] = useState('wall')
  return (
    <>
      <nav>
        {['wall', 'list', 'about'].map(name => (
          <button key={name} id={name} onClick={() => setRoute(name)}>
            {name}
          </button>
        ))}
      </nav>
      {route === 'wall' && <Wall />}
      {route === 'list' && <List />}
      {route === 'about' && <p>Nothing is read here.</p>}
    </>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider closeDelay={closeDelay}>
        <App />
      </RealtimeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
