import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { onTestFinished } from 'vitest'
import { packageAlias } from '../../scripts/packageAlias.ts'

const cache = fileURLToPath(new URL('../../.cache', import.meta.url))
const pages = fileURLToPath(new URL('../pages', import.meta.url))

/** A folder of `test/pages` as a developer has it: served by Vite, with its modules replaced as they are edited. */
export async function startDevSite(folder: string) {
  // Inside of the repository, or its packages would not be found.
  mkdirSync(cache, { recursive: true })
  const root = mkdtempSync(join(cache, 'dev-site-'))
  cpSync(join(pages, folder), root, { recursive: true })
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(root, '.vite'),
    plugins: [react()],
    resolve: { alias: packageAlias },
    server: {
      host: '127.0.0.1',
      port: 0,
      fs: { strict: false },
      watch: { usePolling: true, interval: 50, ignored: ['**/.vite/**'] },
    },
  })
  await server.listen()
  onTestFinished(async () => {
    await server.close()
    rmSync(root, { recursive: true, force: true, maxRetries: 20 })
  })
  const { port } = server.httpServer!.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    /** What an editor does: the file is another from now on. */
    async edit(name: string, from: string, to: string) {
      // Of two changes within 50 ms, Vite's watcher drops the second.
      await sleep(200)
      const file = join(root, name)
      const before = readFileSync(file, 'utf8')
      if (!before.includes(from)) throw new Error(`${name} does not hold ${from}.`)
      writeFileSync(file, before.replace(from, to))
    },
  }
}
