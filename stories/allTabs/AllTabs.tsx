import { useState } from 'react'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { Columns } from '../parts/Columns.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { useServerView } from '../parts/useServerView.ts'
import { TabCard } from './TabCard.tsx'
import { TabPanel } from './TabPanel.tsx'
import { TABS, type TabName } from './tabReport.ts'
import { useTabReports } from './useTabReports.ts'
import './allTabs.css'

/** Two tabs of one user, and their connection. */
export function AllTabs() {
  const demo = useDemo()
  const server = useServerView()
  const [isShared, setShared] = useState(true)
  const [open, setOpen] = useState<ReadonlySet<TabName>>(new Set(TABS))
  const [reports, forget] = useTabReports()
  const sockets = server?.clients.find(({ client }) => client === 'tabs')?.open ?? 0

  function toggle(tab: TabName) {
    forget(tab)
    setOpen(before =>
      before.has(tab) ? new Set([...before].filter(each => each !== tab)) : new Set([...before, tab]),
    )
  }

  return (
    <>
      <Card title="One user, two tabs">
        <p>
          Each frame is a page of its own, as a tab is. A shared worker holds their connection. Close the tab
          that opened it: the other one notices nothing.
        </p>
        <Figures of={{ Tabs: open.size, 'Sockets at the server': server && sockets }} />
        <TabPanel reports={TABS.flatMap(tab => (open.has(tab) && reports[tab]) || [])} />
        <div className="buttons">
          <Button onClick={() => setShared(!isShared)}>{isShared ? 'Do not share' : 'Share'}</Button>
          <Button onClick={() => void demo.post('/faults', { fault: 'kill' })}>Drop the connection</Button>
        </div>
      </Card>
      <Columns min="18rem">
        {TABS.map(tab => (
          <TabCard key={tab} {...{ tab, isShared }} isOpen={open.has(tab)} onToggle={() => toggle(tab)} />
        ))}
      </Columns>
    </>
  )
}
