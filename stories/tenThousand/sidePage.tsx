import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createDemo } from '../parts/demo.ts'
import { tickers } from '../server/tickers.ts'
import { createSideMeter } from './createSideMeter.ts'
import { GlueSide } from './GlueSide.tsx'
import { LibrarySide } from './LibrarySide.tsx'
import type { Order } from './report.ts'
import { SYMBOL_COUNT } from './sides.ts'
import '../../.storybook/preview.css'
import './sidePage.css'

/** Runs one side: shows the prices and reports measurements to the parent page. */
function runSide(root: HTMLElement): void {
  const query = new URLSearchParams(location.search)
  const side = query.get('side') ?? ''
  const applyTheme = (theme: string) => (document.documentElement.dataset['theme'] = theme)
  applyTheme(query.get('theme') ?? '')
  window.addEventListener('message', ({ source, data }: MessageEvent<Order>) => {
    if (source === window.parent) applyTheme(data.theme)
  })

  const url = new URL(
    createDemo(query.get('channel') ?? '', side).url('/socket', { snapshot: 1 }),
    location.href,
  )
  url.protocol = 'ws:'
  const meter = createSideMeter()
  const Side = side === 'glue' ? GlueSide : LibrarySide
  flushSync(() => {
    createRoot(root).render(
      <Side url={url.href} symbols={tickers(SYMBOL_COUNT)} onMessage={meter.countMessage} />,
    )
  })
  const rows = [...root.querySelectorAll<HTMLElement>('.price')]
  meter.start(rows, report => window.parent.postMessage(report, '*'))
}

const root = document.getElementById('root')
if (root) runSide(root)
