import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Row, RunningEngine } from './Engine.ts'

interface Publisher extends Pick<RunningEngine, 'readRows' | 'pause' | 'stop'> {
  snapshotUrl: string
}

/** Adds 30 rows a second and posts them in order, each until `post` resolves with `true`. Serves the snapshot. */
export async function startPublisher(
  post: (message: { type: string; response: Row }) => Promise<boolean>,
): Promise<Publisher> {
  const rows: Row[] = []
  let posted = 0
  let isStopped = false
  const adding = setInterval(() => rows.push({ id: rows.length + 1 }), 1_000 / 30)

  async function publish() {
    while (!isStopped) {
      const row = rows[posted]
      if (!row) await sleep(5)
      else if (await post({ type: 'row', response: row }).catch(() => false)) posted += 1
      else await sleep(100)
    }
  }
  const publishing = publish()

  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ rows }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    snapshotUrl: `http://127.0.0.1:${port}/api/rows`,
    readRows: () => Promise.resolve(rows),
    async pause() {
      clearInterval(adding)
      while (posted < rows.length) await sleep(20)
    },
    async stop() {
      clearInterval(adding)
      isStopped = true
      await publishing
      server.closeAllConnections()
      server.close()
    },
  }
}
