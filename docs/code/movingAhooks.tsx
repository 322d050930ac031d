// #region before
import { useWebSocket } from 'ahooks'
import { useState } from 'react'

interface Frame {
  kind: string
  symbol: string
  last: number
}

export function Price({ url, symbol }: { url: string; symbol: string }) {
  const [last, setLast] = useState<number>()
  const { readyState, sendMessage } = useWebSocket(url, {
    reconnectLimit: Infinity,
    onMessage: ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as Frame
      if (frame.symbol === symbol) setLast(frame.last)
    },
  })
  const order = () => sendMessage?.(JSON.stringify({ kind: 'order', item: symbol }))
  return <button onClick={order}>{`${symbol} ${last} ${readyState}`}</button>
}
// #endregion before
