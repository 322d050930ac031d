import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const host = '127.0.0.1'
const usualPort = 6006
const storybook = fileURLToPath(import.meta.resolve('storybook/package.json')).replace(
  'package.json',
  'dist/bin/dispatcher.js',
)

/** `port` if it is free, else any free port. */
async function freePort(port: number): Promise<number> {
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
  } catch {
    return freePort(0)
  }
  const { port: found } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return found
}

/** Waits until the dev server responds, however long its first start takes. */
async function ready(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}index.json`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

const port = String(await freePort(usualPort))
const url = `http://${host}:${port}/`
const options = [
  '--host',
  host,
  '--port',
  port,
  '--exact-port',
  '--ci',
  '--no-version-updates',
  '--disable-telemetry',
]
const child = spawn(
  process.execPath,
  [storybook, 'dev', ...options, '--loglevel', 'warn', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
child.on('exit', code => process.exit(code ?? 0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))

// A signal to npm ends only npm and its shell; the playground would keep running and hold its port.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) child.kill()
}, 500)

await ready(url)
console.log(`\nThe playground is at ${url} (Ctrl+C ends it)\n`)
