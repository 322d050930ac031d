import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type InlineConfig } from 'vite'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { demoServerPlugin } from '../../../stories/server/demoServerPlugin.ts'

const cleanups: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const config: InlineConfig = {
  configFile: false,
  logLevel: 'silent',
  plugins: [demoServerPlugin()],
  optimizeDeps: { noDiscovery: true },
}

async function ownServer() {
  const vite = await createServer({ ...config, server: { port: 0, host: '127.0.0.1', watch: null } })
  cleanups.push(() => vite.close())
  await vite.listen()
  const { port } = vite.httpServer!.address() as AddressInfo
  return { vite, host: `127.0.0.1:${port}` }
}

/** As Storybook does it: Vite is a middleware of a server that it knows only as that of its HMR socket. */
async function storybookLike() {
  const http = createHttpServer((req, res) => vite.middlewares(req, res))
  const server = { middlewareMode: true, hmr: { server: http }, watch: null } as const
  const vite = await createServer({ ...config, appType: 'custom', server })
  cleanups.push(() => {
    http.closeAllConnections()
    http.close()
  })
  cleanups.push(() => vite.close())
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  return { vite, host: `127.0.0.1:${(http.address() as AddressInfo).port}` }
}

function firstMessage(url: string, protocol?: string): Promise<string> {
  const ws = new WebSocket(url, protocol)
  cleanups.push(() => ws.terminate())
  return new Promise((resolve, reject) => {
    ws.on('message', (data: Buffer) => resolve(data.toString()))
    ws.on('error', reject)
  })
}

describe.each([
  ["Vite's own server", ownServer],
  ['a server that Vite is a middleware of', storybookLike],
])('demoServerPlugin in %s', (_, start) => {
  it('serves requests and sockets on its port', async () => {
    const { host } = await start()
    expect((await fetch(`http://${host}/poll`)).status).toBe(200)
    expect(await firstMessage(`ws://${host}/socket`)).toContain('"type":"welcome"')
  })

  it('leaves the HMR socket and all other paths to Vite', async () => {
    const { host } = await start()
    expect(await firstMessage(`ws://${host}/`, 'vite-hmr')).toContain('"connected"')
    const client = await fetch(`http://${host}/@vite/client`)
    expect(client.headers.get('content-type')).toMatch(/javascript/)
  })

  it('ends with Vite', async () => {
    const { vite, host } = await start()
    const ws = new WebSocket(`ws://${host}/socket`)
    const closed = new Promise(resolve => ws.on('close', resolve))
    await new Promise(resolve => ws.on('open', resolve))
    await vite.close()
    expect(await closed).toBe(1006)
  })
})
