// #region before
import useSWRSubscription, { type SWRSubscription } from 'swr/subscription'

interface Frame {
  kind: string
  symbol: string
  last: number
}

const subscribe: SWRSubscription<[url: string, symbol: string], number, Error> = (
  [url, symbol],
  { next },
) => {
  const socket = new WebSocket(url)
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const frame = JSON.parse(data) as Frame
    if (frame.symbol === symbol) next(null, frame.last)
  }
  socket.onerror = () => next(new Error('The connection failed'))
  return () => socket.close()
}

export function Price({ url, symbol }: { url: string; symbol: string }) {
  const { data: last, error } = useSWRSubscription<number, Error, [string, string]>([url, symbol], subscribe)
  return <p>{error ? error.message : `${symbol} ${last}`}</p>
}
// #endregion before
