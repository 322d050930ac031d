import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { render, screen, waitFor } from '@testing-library/react'
import { type ComponentType, StrictMode } from 'react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'

const patient = { timeout: 15_000 }
const code = join(import.meta.dirname, '../../../docs/code')
const serverFile = join(code, 'start/server.js')
// Not a static import: what it registers is for its own program, and not for that of the tests.
const appFile = join(code, 'start/App.tsx')

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const accepts = (port: number) =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && undefined))
    socket.on('error', reject)
  })

/** Runs the page's server as its reader does, with `node`. */
async function startServer(port: number): Promise<ChildProcess> {
  const server = spawn(process.execPath, [serverFile], { env: { ...process.env, PORT: String(port) } })
  onTestFinished(() => void server.kill())
  await vi.waitFor(() => accepts(port), { timeout: 15_000, interval: 50 })
  return server
}

/** The page names port 8080, which may be taken on this machine. Counts the sockets that open. */
function openSocketsAt(port: number): { opened: number } {
  const counts = { opened: 0 }
  class SocketAtPort extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url.replace(':8080', `:${port}`), protocols)
      this.on('open', () => (counts.opened += 1))
    }
  }
  vi.stubGlobal('WebSocket', SocketAtPort)
  onTestFinished(() => void vi.unstubAllGlobals())
  return counts
}

const prices = () => screen.getAllByText(/^(…|[\d.]+)$/, { selector: 'b' }).map(price => price.textContent)

const showsPrices = () =>
  waitFor(() => prices().forEach(price => expect(price).toMatch(/^\d+\.\d\d$/)), patient)

test(
  'two live prices arrive over one socket, and come back after a restart of the server',
  { timeout: 60_000 },
  async () => {
    const port = await findFreePort()
    const counts = openSocketsAt(port)
    const server = await startServer(port)
    const { default: App } = (await import(appFile)) as { default: ComponentType }
    render(
      <StrictMode>
        <App />
      </StrictMode>,
    )
    await showsPrices()
    expect(screen.getByRole('status').textContent).toBe('open')
    expect(counts.opened).toBe(1)
    const first = prices().join()
    await waitFor(() => expect(prices().join()).not.toBe(first), patient)

    server.kill()
    await screen.findByText('reconnecting', {}, patient)
    const last = prices().join()
    expect(last).not.toContain('…')
    await startServer(port)
    await screen.findByText('open', {}, patient)
    await waitFor(() => expect(prices().join()).not.toBe(last), patient)
  },
)
