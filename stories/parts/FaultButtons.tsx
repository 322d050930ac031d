import { useEffect, useState } from 'react'
import { Button } from './Button.tsx'
import { useDemo } from './DemoContext.ts'
import { FAULTS, type FaultName } from './faults.ts'

interface ActiveFault {
  readonly fault: string
  /** When it ends by itself, ms since 1970. */
  readonly until?: number
}

/** Buttons by which the demo server misbehaves, for this story alone. */
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
        {active.length > 0 ? `On now: ${active.map(({ fault }) => fault).join(', ')}` : 'No fault is on.'}
      </p>
    </div>
  )
}
