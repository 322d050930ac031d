import { basename, dirname, extname } from 'node:path'
import { build, type AliasOptions, type Plugin, type Rolldown } from 'vite'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

type Files = ReadonlyMap<string, string | Uint8Array>

interface BuiltPage {
  /** The HTML file. */
  readonly page: string
  /** Where it is served, with a slash at the end. */
  readonly path: string
  readonly alias: AliasOptions
}

/**
 * Serves a page for the frames of a story as a production build, because React's development build would dominate the
 * measurements. Builds on the first request, and again after a change.
 */
export function builtPagePlugin({ page, path, alias }: BuiltPage): Plugin {
  return {
    name: `built-page-${basename(page, '.html')}`,
    apply: 'serve',
    configureServer({ middlewares, watcher }) {
      let built: Promise<Files> | undefined
      watcher.on('all', () => {
        built = undefined
      })
      middlewares.use(path, (req, res, next) => {
        built ??= buildPage({ page, path, alias })
        const name = new URL(req.url ?? '/', 'http://page.invalid').pathname.slice(1) || basename(page)
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

async function buildPage({ page, path, alias }: BuiltPage): Promise<Files> {
  const result = await build({
    root: dirname(page),
    base: path,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias },
    // NODE_ENV of this process is that of the dev server.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { development: false } },
    build: {
      write: false,
      rolldownOptions: { input: basename(page), checks: { moduleLevelDirective: false } },
    },
  })
  const { output } = result as Rolldown.RolldownOutput
  return new Map(output.map(file => [file.fileName, file.type === 'chunk' ? file.code : file.source]))
}
