import { socketOptions, useSocket } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { createServer } from 'node:http'
import { mountClient, startServer, until } from './support.tsx'

test('a client reopens a connection that dropConnections has cut', async () => {
  const { server, ws, connections, dropConnections } = await startServer(createServer())
  let openings = 0
  new WebSocketServer({ server }).on('connection', () => openings++)
  const Status = () => <p>{useSocket(socketOptions({ url: '/' })).status}</p>
  const { container } = mountClient(<Status />, { baseUrl: ws })
  await until(() => expect(container.textContent).toBe('open'))
  dropConnections()
  await until(() => expect([openings, connections.size, container.textContent]).toEqual([2, 1, 'open']))
})
