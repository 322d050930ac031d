import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'

/** The page of a contender: its script, and before it that which counts React's commits. */
const pageOf = (contender: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${contender}</title>
    <link rel="icon" href="data:," />
    <style>
      body { font: 12px monospace; }
      .cell { display: inline-block; width: 180px; height: 16px; overflow: hidden; contain: strict; }
      .cell:nth-child(n + 101) { display: none; }
    </style>
    <script type="module" src="/countCommits.js"></script>
    <script type="module" src="/${contender}.js"></script>
  </head>
  <body><main></main></body>
</html>`

/** Answers with a contender's page, or with a file that the build made. */
export async function servePage(path: string, folder: string, response: ServerResponse): Promise<void> {
  const [, contender] = /^\/pages\/(\w+)$/.exec(path) ?? []
  if (contender !== undefined) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(contender))
    return
  }
  const [file] = /^\/[\w-]+(\/[\w-]+)?\.js$/.exec(path) ?? []
  const text = file === undefined ? undefined : await readFile(join(folder, file)).catch(() => undefined)
  if (text === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': 'text/javascript' }).end(text)
}
