import { useEffect, useMemo, useRef } from 'react'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { Figures } from '../parts/Figures.tsx'
import { formatAmount, formatCount, formatLate } from '../parts/format.ts'
import { Swatch } from '../parts/Swatch.tsx'
import type { Order, Report } from './report.ts'
import { type SideName, SIDES, sideUrl } from './sides.ts'

interface SideCardProps {
  readonly index: number
  readonly report: Report | undefined
  readonly onReport: (name: SideName, report: Report) => void
}

const themeNow = () => document.documentElement.dataset['theme'] ?? 'light'

/** One side in its own page, with its measurements. */
export function SideCard({ index, report, onReport }: SideCardProps) {
  const { name, title, code } = SIDES[index] ?? SIDES[0]
  const { channel } = useDemo()
  const frame = useRef<HTMLIFrameElement>(null)
  const url = useMemo(() => sideUrl({ side: name, channel, theme: themeNow() }), [name, channel])

  useEffect(() => {
    const receive = ({ source, data }: MessageEvent<Report>) => {
      if (source === frame.current?.contentWindow) onReport(name, data)
    }
    window.addEventListener('message', receive)
    const themed = new MutationObserver(() => {
      frame.current?.contentWindow?.postMessage({ theme: themeNow() } satisfies Order, '*')
    })
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      window.removeEventListener('message', receive)
      themed.disconnect()
    }
  }, [name, onReport])

  const { frames, messages, p50 = null, p95 = null } = report?.reading ?? {}
  return (
    <div className="side" data-side={name}>
      <Card title={title} aside={<Swatch index={index} />}>
        <code className="side-code quiet">{code}</code>
        <Figures
          of={{
            'Frames a second': frames === undefined ? null : formatAmount(frames),
            'Latency p50': p50 === null ? null : formatLate(p50),
            'Messages a second': messages === undefined ? null : formatCount(Math.round(messages)),
            'Latency p95': p95 === null ? null : formatLate(p95),
          }}
        />
        <iframe ref={frame} src={url} title={`Prices, ${title.toLowerCase()}`} />
      </Card>
    </div>
  )
}
