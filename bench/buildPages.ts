import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { packageAlias } from '../scripts/packageAlias.ts'
import { contenderNames, contenders } from './contenders.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Builds production pages of all contenders into a folder that the server serves. Readable ones keep function
 * names and have source maps, for a profile.
 */
export async function buildPages(isReadable: boolean): Promise<string> {
  process.env['NODE_ENV'] = 'production'
  const folder = path('../.cache/bench')
  const scripts: Record<string, string> = {}
  for (const name of contenderNames) scripts[name] = path(`contenders/${contenders[name].file}`)
  await build({
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    root: path('.'),
    resolve: { alias: packageAlias },
    worker: { format: 'es', rolldownOptions: { output: { entryFileNames: 'chunks/[name]-[hash].js' } } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      minify: !isReadable,
      sourcemap: isReadable,
      modulePreload: false,
      rolldownOptions: {
        input: { ...scripts, countCommits: path('page/countCommits.ts'), watch: path('page/watch.ts') },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  })
  return folder
}
