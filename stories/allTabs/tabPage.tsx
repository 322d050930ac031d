import { createRoot } from 'react-dom/client'
import type { Status } from 'react-query-realtime'
import { createDemo } from '../parts/demo.ts'
import { Tab, workerView } from './Tab.tsx'
import type { TabName, TabOrder, TabReport } from './tabReport.ts'
import '../../.storybook/preview.css'
import '../parts/parts.css'
import './tabPage.css'

const REPORT_INTERVAL = 250

/** Runs one tab: shows the prices and reports to the story. */
function runTab(root: HTMLElement): void {
  const query = new URLSearchParams(location.search)
  const tab = query.get('tab') as TabName
  const channel = query.get('channel') ?? ''
  const applyTheme = (theme: string) => (document.documentElement.dataset['theme'] = theme)
  applyTheme(query.get('theme') ?? '')
  window.addEventListener('message', ({ source, data }: MessageEvent<TabOrder>) => {
    if (source === window.parent) applyTheme(data.theme)
  })

  let status: Status = 'idle'
  const report = () => {
    const own: TabReport = { tab, status, ...workerView.read() }
    window.parent.postMessage(own, location.origin)
  }
  const onStatus = (now: Status) => {
    status = now
    report()
  }
  const user = query.get('share') === 'yes' ? channel : undefined
  const url = createDemo(channel, 'tabs').url('/socket', { snapshot: 1 })
  createRoot(root).render(
    <div className="playground">
      <Tab url={url} user={user} onStatus={onStatus} />
    </div>,
  )
  setInterval(report, REPORT_INTERVAL)
}

const root = document.getElementById('root')
if (root) runTab(root)
