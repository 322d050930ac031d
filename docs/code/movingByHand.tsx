// #region before
import { useEffect, useRef, useState } from 'react'

interface Frame {
  kind: string
  symbol: string
  last: number
}

export function Price({ url, symbol }: { url: string; symbol: string }) {
  const [last, setLast] = useState<number>()
  const [isOpen, setIsOpen] = useState(false)
  const socket = useRef<WebSocket>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    function connect() {
      const current = new WebSocket(url)
      socket.current = current
      current.onopen = () => setIsOpen(true)
      current.onmessage = ({ data }: MessageEvent<string>) => {
        const frame = JSON.parse(data) as Frame
        if (frame.symbol === symbol) setLast(frame.last)
      }
      current.onclose = () => {
        if (isOver) return
        setIsOpen(false)
        timer = setTimeout(connect, 1_000)
      }
    }
    connect()
    return () => {
      isOver = true
      clearTimeout(timer)
      socket.current?.close()
    }
  }, [url, symbol])

  const order = () => {
    if (isOpen) socket.current?.send(JSON.stringify({ kind: 'order', item: symbol }))
  }
  return <button onClick={order}>{`${symbol} ${last} ${isOpen ? 'open' : 'closed'}`}</button>
}
// #endregion before

// #region events
export function EventPrice({ url, symbol }: { url: string; symbol: string }) {
  const [last, setLast] = useState<number>()
  useEffect(() => {
    const source = new EventSource(url)
    source.addEventListener('price', ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as { symbol: string; last: number }
      if (frame.symbol === symbol) setLast(frame.last)
    })
    return () => source.close()
  }, [url, symbol])
  return <p>{`${symbol} ${last}`}</p>
}
// #endregion events
