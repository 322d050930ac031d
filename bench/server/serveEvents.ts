import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Channel } from './Channel.ts'

/** Connects an event stream to a channel. */
export function serveEvents(channel: Channel, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  const leave = channel.join({
    async send(frames) {
      if (!response.write(frames.map(frame => `data: ${frame}\n\n`).join(''))) await once(response, 'drain')
    },
  })
  response.once('close', leave)
}
