import { socketOptions, useSocket, useSocketQuery } from 'react-query-realtime'

// Declares the messages once, so the editor knows their types in every component.
declare module 'react-query-realtime' {
  interface Register {
    messages: {
      price: { params: { symbol: string }; response: { last: number } }
    }
  }
}

// All components that use this definition share one WebSocket.
const market = socketOptions({ url: '/socket' })

export function App() {
  return (
    <main>
      <header>
        <h1>Live prices</h1>
        <Status />
      </header>
      <table>
        <tbody>
          <Price symbol="BTC" />
          <Price symbol="ETH" />
          <Price symbol="SOL" />
        </tbody>
      </table>
    </main>
  )
}

function Price({ symbol }: { symbol: string }) {
  // Sends one request. After that, each price message for this symbol updates the component.
  const { data, error } = useSocketQuery(market, { type: 'price', params: { symbol } })
  return (
    <tr>
      <th scope="row">{symbol}</th>
      <td>{data ? data.last.toFixed(2) : (error?.message ?? '…')}</td>
    </tr>
  )
}

function Status() {
  const { status, reconnect } = useSocket(market)
  return (
    <button data-status={status} onClick={reconnect} title="Reconnect now">
      {status}
    </button>
  )
}
