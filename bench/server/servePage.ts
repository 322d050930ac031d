import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'

/**
 * A page with some scripts: first those that observe, then the contender. Cells after the first hundred exist
 * but are not painted.
 */
const pageOf = (scripts: readonly string[]) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${scripts.at(-1)}</title>
    <link rel="icon" href="data:," />
    <style>
      body { font: 12px monospace; }
      .cell { display: inline-block; width: 180px; height: 16px; overflow: hidden; contain: strict; }
      .cell:nth-child(n + 101) { display: none; }
    </style>
    ${scripts.map(script => `<script type="module" src="/${script}.js"></script>`).join('')}
  </head>
  <body><main></main></body>
</html>`

/** Responds with the page `/pages/<script>/<script>…`, or with a built file. */
export async function servePage(path: string, folder: string, response: ServerResponse): Promise<void> {
  if (/^\/pages(\/\w+)+$/.test(path)) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(path.split('/').slice(2)))
    return
  }
  const [file] = /^\/[\w-]+(\/[\w-]+)?\.js$/.exec(path) ?? []
  const text = file === undefined ? undefined : await readFile(join(folder, file)).catch(() => undefined)
  if (text === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': 'text/javascript' }).end(text)
}
