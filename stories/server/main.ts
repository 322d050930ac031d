import { parseArgs } from 'node:util'
import { startDemoServer } from './startDemoServer.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port must be a number from 0 (a free port) to 65535, not "${values.port}".`)
  process.exit(1)
}

const server = await startDemoServer({ port })
process.stdout.write(`Demo server: ${server.url}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
