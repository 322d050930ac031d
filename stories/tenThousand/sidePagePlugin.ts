import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type AliasOptions, type Plugin, type Rolldown } from 'vite'
import { SIDE_PATH } from './sides.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const page = 'side.html'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

type Files = ReadonlyMap<string, string | Uint8Array>

/**
 * Serves the page of a side as a production build, because React's development build would dominate the measurements. Builds
 * on the first request, and again after a change.
 */
export function sidePagePlugin(alias: AliasOptions): Plugin {
  return {
    name: 'ten-thousand-sides',
    apply: 'serve',
    configureServer({ middlewares, watcher }) {
      let built: Promise<Files> | undefined
      watcher.on('all', () => {
        built = undefined
      })
      middlewares.use(SIDE_PATH, (req, res, next) => {
        built ??= buildSidePage(alias)
        const name = new URL(req.url ?? '/', 'http://side.invalid').pathname.slice(1) || page
        built.then(files => {
          const content = files.get(name)
          if (content === undefined) return next()
          res.setHeader(
            'Content-Type',
            `${TYPES[extname(name)] ?? 'application/octet-stream'}; charset=utf-8`,
          )
          res.end(content)
        }, next)
      })
    },
  }
}

async function buildSidePage(alias: AliasOptions): Promise<Files> {
  const result = await build({
    root,
    base: SIDE_PATH,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias },
    // NODE_ENV of this process is that of the dev server.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { development: false } },
    build: { write: false, rolldownOptions: { input: page, checks: { moduleLevelDirective: false } } },
  })
  const { output } = result as Rolldown.RolldownOutput
  return new Map(output.map(file => [file.fileName, file.type === 'chunk' ? file.code : file.source]))
}
