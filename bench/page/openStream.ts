import type { Task } from '../protocol.ts'

/** Opens a WebSocket or an EventSource. Returns a function that closes it. */
export function openStream(
  url: string,
  transport: Task['transport'],
  receive: (data: string) => void,
): () => void {
  const stream = transport === 'events' ? new EventSource(url) : new WebSocket(url)
  stream.onmessage = ({ data }: MessageEvent<string>) => receive(data)
  return () => stream.close()
}
