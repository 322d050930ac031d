import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, connect, type AddressInfo } from 'node:net'
import * as query from '@tanstack/react-query'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { type ComponentType, StrictMode } from 'react'
import * as react from 'react'
import * as realtime from 'react-query-realtime'
import { RealtimeProvider } from 'react-query-realtime'
import * as jsxRuntime from 'react/jsx-runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningDemoServer, startDemoServer } from '../../stories/server/startDemoServer.ts'
import { runSnippets } from './runSnippets.ts'
import { readSnippets, root } from './snippets.ts'

const packages = {
  react,
  'react/jsx-runtime': jsxRuntime,
  'react-query-realtime': realtime,
  '@tanstack/react-query': query,
}

describe('the quick start of the README', () => {
  let server: ChildProcess
  let port: number

  beforeAll(async () => {
    port = await findFreePort()
    server = await startServer(port)
  })
  afterAll(() => stop(server))

  test('shows live prices from its server, and again after the server restarts', async () => {
    const snippet = runSnippets('README.md', packages, code => code.replaceAll(':8080', `:${port}`))
    const App = snippet('App') as ComponentType
    const { container } = render(
      <StrictMode>
        <App />
      </StrictMode>,
    )
    const price = (index: number) => container.querySelectorAll('b')[index]?.textContent
    await waitFor(() => expect(price(1)).toBe('2400.00'))
    const first = price(0)
    expect(first).toMatch(/^\d+\.\d\d$/)
    await waitFor(() => expect(price(0)).not.toBe(first))

    await stop(server)
    server = await startServer(port)
    const stale = price(0)
    await waitFor(() => expect(price(0)).not.toBe(stale))
  })
})

describe('the examples of the README', () => {
  let server: RunningDemoServer

  beforeAll(async () => {
    server = await startDemoServer()
  })
  afterAll(() => server.close())

  /** Renders components of the README, with another interval of the polls. */
  function show(interval: string, ...names: string[]) {
    const snippet = runSnippets('README.md', packages, code =>
      code
        .replaceAll('/orders/changes', '/long-poll')
        .replaceAll('/orders/stream', '/events')
        .replaceAll('5_000', interval),
    )
    const components = names.map(name => snippet(name) as ComponentType)
    return render(
      <StrictMode>
        <QueryClientProvider client={new QueryClient()}>
          <RealtimeProvider baseUrl={server.url}>
            {components.map((Component, index) => (
              <Component key={index} />
            ))}
          </RealtimeProvider>
        </QueryClientProvider>
      </StrictMode>,
    )
  }

  test('usePolling lists what useSocket ordered', async () => {
    const { container } = show('200', 'Orders', 'OrderTea')
    const button = await screen.findByRole('button', { name: 'Order tea' })
    await waitFor(() => expect(button).toHaveProperty('disabled', false))
    fireEvent.click(button)
    await waitFor(() => expect(container.querySelector('p')?.textContent).toContain('tea'))
  })

  test.each(['LiveOrders', 'OrderNotice'])(
    '%s brings an order to the list that another client made',
    async name => {
      const { container } = show('60_000', 'Orders', name)
      await screen.findByText('open')
      const item = `mint by ${name}`
      const body = JSON.stringify({ item, quantity: 1 })
      await fetch(`${server.url}/orders`, { method: 'POST', body })
      await waitFor(() => expect(container.querySelector('p')?.textContent).toContain(item))
    },
  )

  test('the provider gives the token of the session to the socket', async () => {
    const response = await fetch(`${server.url}/token`, { method: 'POST', body: '{}' })
    const { token } = (await response.json()) as { token: string }
    const session = { userId: 'a', api: server.url, accessToken: () => Promise.resolve(token) }
    const run = runSnippets('README.md', packages, code =>
      code.replace(/^declare const session.*$/m, `const session = globalThis.session`),
    )
    Object.assign(globalThis, { session })
    const Realtime = run('Realtime') as ComponentType<react.PropsWithChildren>
    const Light = () => <i>{realtime.useSocket({ url: '/socket?auth=required' }).status}</i>
    render(
      <QueryClientProvider client={new QueryClient()}>
        <Realtime>
          <Light />
        </Realtime>
      </QueryClientProvider>,
    )
    await screen.findByText('open')
    Reflect.deleteProperty(globalThis, 'session')
  })
})

/** Starts the server of the README as its reader would, on another port. */
async function startServer(port: number): Promise<ChildProcess> {
  const code =
    readSnippets('README.md').find(snippet => snippet.code.includes('new WebSocketServer'))?.code ?? ''
  const server = spawn(
    process.execPath,
    ['--input-type=module', '-e', code.replaceAll('8080', String(port))],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
  await waitFor(() => canConnect(port))
  return server
}

function stop(server: ChildProcess): Promise<unknown> {
  const stopped = new Promise(resolve => server.once('exit', resolve))
  server.kill()
  return stopped
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}

function findFreePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
