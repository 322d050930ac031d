import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'vitest'
import { until } from '../../support/until.ts'
import { userEnv } from './run.ts'

/** Runs an npm script that serves an example, with its server on a free port, until the page and the server are there. */
export async function startExample(folder: string, script: string, isReady: RegExp) {
  const env = { ...userEnv, PORT: String(await freePort()) }
  // A group of its own, so that everything it starts ends with it.
  const child = spawn('npm', ['run', script], { cwd: folder, env, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()))
  const ended = once(child, 'exit')

  async function stop() {
    const isRunning = child.exitCode === null && child.signalCode === null
    // At once: Next would go on to write into the folder that is removed next.
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
  }

  try {
    await until(() => expect(output).toMatch(isReady), 180_000)
    const [url] = /http:\/\/localhost:\d+/.exec(output) ?? []
    if (!url) throw new Error(`No URL was printed:\n${output}`)
    return { url, stop, output: () => output }
  } catch (error) {
    await stop()
    throw error
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
