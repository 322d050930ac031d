import type { Server } from 'node:http'
import type { Plugin, ViteDevServer } from 'vite'
import { createDemoServer, type DemoServer } from './createDemoServer.ts'
import { isRecord } from './envelope.ts'

/** Puts the demo server into a Vite dev server: of Storybook, Vitest or your own. Same port, same process. */
export function demoServerPlugin(): Plugin {
  const running = new Set<() => void>()
  return {
    name: 'demo-server',
    apply: 'serve',
    configureServer(server) {
      running.add(attach(server, createDemoServer()))
    },
    closeBundle() {
      for (const detach of running) detach()
      running.clear()
    },
  }
}

/** Returns a function that removes the demo server. */
function attach(server: ViteDevServer, demo: DemoServer): () => void {
  server.middlewares.use((req, res, next) => {
    if (!demo.handleRequest(req, res)) next()
  })
  const upgrade = (...args: Parameters<DemoServer['handleUpgrade']>) => void demo.handleUpgrade(...args)
  const httpServer = httpServerOf(server)
  httpServer?.on('upgrade', upgrade)
  return () => {
    httpServer?.off('upgrade', upgrade)
    demo.close()
  }
}

/**
 * Vite's own server, or the one it is a middleware of: Storybook names that only as the server of the HMR socket,
 * which Vite 8 calls `server.ws` and earlier ones `server.hmr`.
 */
function httpServerOf({ httpServer, config }: ViteDevServer): Pick<Server, 'on' | 'off'> | undefined {
  const settings: Record<string, unknown> = { ...config.server }
  const outer = [settings.ws, settings.hmr].find(one => isRecord(one) && one.server)
  return (httpServer ?? (outer as { server?: unknown } | undefined)?.server) as Server | undefined
}
