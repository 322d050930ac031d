import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The server, in its own process. */
export interface Server {
  url: string
  stop(): void
}

/** Starts the server; it serves the pages built into `folder`. */
export async function startServer(folder: string): Promise<Server> {
  const main = fileURLToPath(new URL('server/main.ts', import.meta.url))
  const child = fork(main, [folder], { execArgv: ['--import', 'tsx'] })
  const [port] = (await once(child, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}
