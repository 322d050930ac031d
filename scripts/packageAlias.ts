import { fileURLToPath } from 'node:url'

const pathOf = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url))

/** The entries of the package, as source files. The more specific name stands first, because a name also matches its subpaths. */
export const packageAlias = {
  'react-query-realtime/engines': pathOf('engines/index.ts'),
  'react-query-realtime/protocols': pathOf('protocols/index.ts'),
  'react-query-realtime/worker': pathOf('worker/index.ts'),
  'react-query-realtime': pathOf('index.ts'),
}
