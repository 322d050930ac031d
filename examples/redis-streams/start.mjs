import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'vite'
import { missingPackages, startCluster } from './cluster.mjs'
import { startPublisher } from './publisher.mjs'

const missing = missingPackages()
if (missing.length > 0) {
  console.error(`Something is missing on this machine. On Debian and Ubuntu, install it with:\n`)
  console.error(`  sudo apt install ${missing.join(' ')}\n`)
  process.exit(1)
}

const root = fileURLToPath(new URL('.', import.meta.url))
// Each copy that runs has files of its own.
const folder = join(root, '.run', String(process.pid))
const cluster = await startCluster(folder, { port: Number(process.env.PORT ?? 0) }, line => console.log(line))
process.env.API = cluster.url
const page = await createServer({ root })
await page.listen()

let isEnding = false
async function end() {
  if (isEnding) return
  isEnding = true
  await page.close()
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)

/** Starts a part again three seconds after it was killed. */
async function keepAlive(part) {
  while (!isEnding) {
    console.log(`${part.name}: process ${part.pid}`)
    await part.ended()
    await sleep(3_000)
    if (!isEnding) await part.start()
  }
}
for (const part of cluster.parts) void keepAlive(part)

console.log(`redis: port ${cluster.redisPort}`)
startPublisher(cluster.url, 2)
page.printUrls()
