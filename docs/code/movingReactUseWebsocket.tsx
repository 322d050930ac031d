import { ReadyState } from 'react-use-websocket'
import { useWebSocket } from 'react-use-websocket/dist/lib/use-websocket.js'

// #region before
interface Frame {
  kind: string
  symbol: string
  last: number
}

export function Price({ url, symbol }: { url: string; symbol: string }) {
  const { lastJsonMessage, readyState, sendJsonMessage } = useWebSocket<Frame | null>(url, {
    share: true,
    shouldReconnect: () => true,
    filter: ({ data }: MessageEvent<string>) => (JSON.parse(data) as Frame).symbol === symbol,
  })
  const order = () => sendJsonMessage({ kind: 'order', item: symbol })
  return <button onClick={order}>{`${symbol} ${lastJsonMessage?.last} ${ReadyState[readyState]}`}</button>
}
// #endregion before
