import { useEffect, useMemo, useRef } from 'react'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { type TabName, type TabOrder, tabUrl } from './tabReport.ts'

interface TabCardProps {
  readonly tab: TabName
  readonly isShared: boolean
  readonly isOpen: boolean
  readonly onToggle: () => void
}

const themeNow = () => document.documentElement.dataset['theme'] ?? 'light'

/** One tab, in a frame. */
export function TabCard({ tab, isShared, isOpen, onToggle }: TabCardProps) {
  const { channel } = useDemo()
  const frame = useRef<HTMLIFrameElement>(null)
  const url = useMemo(
    () => tabUrl({ tab, channel, theme: themeNow(), share: isShared ? 'yes' : 'no' }),
    [tab, channel, isShared],
  )
  useEffect(() => {
    const themed = new MutationObserver(() => {
      const order: TabOrder = { theme: themeNow() }
      frame.current?.contentWindow?.postMessage(order, location.origin)
    })
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => themed.disconnect()
  }, [])
  const toggle = <Button onClick={onToggle}>{`${isOpen ? 'Close' : 'Open'} tab ${tab}`}</Button>
  return (
    <Card title={`Tab ${tab}`} aside={toggle}>
      {isOpen ? (
        <iframe key={url} ref={frame} src={url} title={`Prices in tab ${tab}`} className="tab-frame" />
      ) : (
        <p className="quiet tab-frame">Closed.</p>
      )}
    </Card>
  )
}
