import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { missingPackages, startCluster } from './cluster.mjs'
import { faults } from './faults.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = join(here, '.run')

const missing = missingPackages()
if (missing.length > 0) {
  console.error(`Something is missing on this machine. On Debian and Ubuntu, install it with:\n`)
  console.error(`  sudo apt install ${missing.join(' ')}\n`)
  console.error('Or start all of it in containers: docker compose up')
  process.exit(1)
}

const port = Number(process.env.PORT ?? 8080)

function refuse(text) {
  console.error(text)
  process.exit(1)
}

// A second one would delete the files of the first, and the balancer would share its port without an error.
await new Promise(resolve => {
  connect(join(folder, 'control'))
    .on('connect', () =>
      refuse('The cluster runs already. End it with Ctrl+C, or break it with node break.mjs.'),
    )
    .on('error', resolve)
})
await new Promise(resolve => {
  const probe = createNetServer()
    .on('error', ({ code }) =>
      refuse(`Port ${port} cannot be used (${code}). Choose another: PORT=8090 npm start`),
    )
    .listen(port, () => probe.close(resolve))
})

await build({ root: here, logLevel: 'warn' })
await rm(folder, { recursive: true, force: true })
await mkdir(folder)

const cluster = await startCluster(folder, { port }, line => console.log(line))

// `node break.mjs` says here what to break.
const control = createServer(async ({ url }, response) => {
  const [, name, seconds] = url.split('/')
  const fault = faults[name]
  console.log(`${name} ${seconds}`)
  try {
    await fault.strike(cluster, Number(seconds))
    response.end()
  } catch (error) {
    response.writeHead(500).end(error.message)
  }
})
control.listen(join(folder, 'control'))

let isEnding = false
async function end() {
  if (isEnding) return
  isEnding = true
  control.close()
  control.closeAllConnections()
  await cluster.stop()
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)

console.log(
  `\n  The page:  ${cluster.url}\n  Break it:  node break.mjs ${Object.keys(faults).join(' | ')} [seconds]\n`,
)
