import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { vi } from 'vitest'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** The paths of the package's sources. */
interface Sources {
  index: string
  core: string
}

/** What Vite builds from an app in this mode. Call `vi.unstubAllEnvs()` afterwards. */
export async function bundleWithVite(mode: string, code: (sources: Sources) => string): Promise<string> {
  mkdirSync(path('.cache'), { recursive: true })
  const root = mkdtempSync(path('.cache/bundle-'))
  writeFileSync(join(root, 'main.js'), code({ index: path('src/index.ts'), core: path('src/core') }))
  vi.stubEnv('NODE_ENV', mode)
  try {
    const output = await build({
      root,
      mode,
      configFile: false,
      logLevel: 'error',
      build: { write: false, rolldownOptions: { input: join(root, 'main.js') } },
    })
    const [{ output: chunks }] = [output].flat() as { output: { code?: string }[] }[] as [
      { output: { code?: string }[] },
    ]
    return chunks.map(({ code = '' }) => code).join('\n')
  } finally {
    rmSync(root, { recursive: true })
  }
}
