/**
 * The cost of a commit whose components all have their own options, new on each render, compared with the
 * same components and one shared definition. `npm run bench:options` prints medians in ms and their ratio;
 * nothing in CI is timed.
 */
import { createElement, type ReactNode } from 'react'
import type { Root } from 'react-dom/client'

interface Jsdom {
  JSDOM: new (html: string, options: { url: string }) => { window: Window & { document: Document } }
}

// A variable, because the package has no types.
const jsdom: string = 'jsdom'
const { JSDOM } = (await import(jsdom)) as Jsdom
const { window } = new JSDOM('<!doctype html>', { url: 'http://localhost/' })
for (const [name, value] of Object.entries({ window, document: window.document, location: window.location }))
  Object.defineProperty(globalThis, name, { value })

const { createRoot } = await import('react-dom/client')
const { flushSync } = await import('react-dom')
const { QueryClient, QueryClientProvider } = await import('@tanstack/react-query')
const { RealtimeProvider, useSocket } = await import('../src/index.ts')

/** Never opens, so that only the options are measured. */
class SilentSocket extends EventTarget {
  readyState = 0
  binaryType = 'blob'
  send(): void {}
  close(): void {}
}

const handlers = () =>
  Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`type-${n}`, () => undefined]))
const shared = { url: 'ws://localhost/socket', on: handlers() }

function Shared(): ReactNode {
  useSocket(shared)
  return null
}

function Inline(): ReactNode {
  useSocket({ url: 'ws://localhost/socket', on: handlers() })
  return null
}

const ROUNDS = 9
const settle = () => new Promise(resolve => setTimeout(resolve, 20))
const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN

async function commit(root: Root, tree: () => ReactNode): Promise<number> {
  const from = performance.now()
  flushSync(() => root.render(tree()))
  // Changes of options are processed in a microtask.
  await Promise.resolve()
  return performance.now() - from
}

async function measure(
  Component: () => ReactNode,
  count: number,
): Promise<{ mount: number; update: number }> {
  const root = createRoot(window.document.body)
  const client = new QueryClient()
  const tree = () => (
    <QueryClientProvider client={client}>
      <RealtimeProvider webSocket={SilentSocket} closeDelay={0}>
        {Array.from({ length: count }, (_, key) => createElement(Component, { key }))}
      </RealtimeProvider>
    </QueryClientProvider>
  )
  const mount = await commit(root, tree)
  await settle()
  const update = await commit(root, tree)
  root.unmount()
  await settle()
  return { mount, update }
}

console.log('components | inline: mount, update (ms) | shared: mount, update (ms) | ratio: mount, update')
for (const count of [500, 1_000, 2_000]) {
  const times = { inline: [[], []] as number[][], shared: [[], []] as number[][] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, Component] of [
      ['inline', Inline],
      ['shared', Shared],
    ] as const) {
      const { mount, update } = await measure(Component, count)
      times[name][0]?.push(mount)
      times[name][1]?.push(update)
    }
  }
  const [inline, reference] = [times.inline.map(median), times.shared.map(median)]
  const show = (values: number[]) => values.map(value => value.toFixed(1)).join(', ')
  const ratio = inline.map((value, index) => value / (reference[index] ?? NaN))
  console.log(
    `${count} | ${show(inline)} | ${show(reference)} | ${ratio.map(value => value.toFixed(2)).join(', ')}`,
  )
}
process.exit(0)
