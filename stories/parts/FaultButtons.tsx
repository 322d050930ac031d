import { useEffect, useState } from 'react'
import { Button } from './Button.tsx'
import { useDemo } from './DemoContext.ts'
import { FAULTS, type FaultName } from './faults.ts'

interface ActiveFault {
  readonly fault: string
  /** When the fault ends on its own (ms since 1970). */
  readonly until?: number
}

/** Buttons that make the demo server misbehave for this story only. */
export function FaultButtons({ show }: { show: readonly FaultName[] }) {
  const demo = useDemo()
  const [active, setActive] = useState<readonly ActiveFault[]>([])

  useEffect(() => {
    const ends = active.flatMap(({ until }) => until ?? [])
    if (ends.length === 0) return undefined
    const expire = () => setActive(faults => faults.filter(({ until = Infinity }) => until > Date.now()))
    const timer = setTimeout(expire, Math.max(0, Math.min(...ends) - Date.now()) + 1)
    return () => clearTimeout(timer)
  }, [active])

  async function make(name: FaultName) {
    const { faults } = await demo.post<{ faults: ActiveFault[] }>('/faults', FAULTS[name].body)
    setActive(faults)
  }

  return (
    <div className="faults">
      <div className="buttons" role="group" aria-label="Make the server misbehave">
        {show.map(name => (
          <Button key={name} title={FAULTS[name].help} onClick={() => void make(name)}>
            {FAULTS[name].label}
          </Button>
        ))}
      </div>
      <p className="quiet" role="status">
        {active.length > 0 ? `Active: ${active.map(({ fault }) => fault).join(', ')}` : 'No fault is active.'}
      </p>
      <details className="quiet">
        <summary>What the buttons do</summary>
        <dl className="faults-help">
          {show.map(name => (
            <div key={name}>
              <dt>{FAULTS[name].label}</dt>
              <dd>{FAULTS[name].help}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  )
}
