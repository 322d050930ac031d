import { Card } from './Card.tsx'
import { ConnectionPanel } from './ConnectionPanel.tsx'
import { EventLog } from './EventLog.tsx'
import { FaultCard } from './FaultCard.tsx'
import type { FaultName } from './faults.ts'
import { Playground, type PlaygroundProps } from './Playground.tsx'

export interface WorkbenchProps extends PlaygroundProps {
  /** The faults that have a button. */
  faults?: readonly FaultName[]
}

/** A `Playground` with fault buttons, the open connections and the events. */
export function Workbench({ faults = [], children, ...playground }: WorkbenchProps) {
  return (
    <Playground {...playground}>
      {children}
      {faults.length > 0 && <FaultCard show={faults} />}
      <Card title="Open connections">
        <ConnectionPanel />
      </Card>
      <Card title="Events">
        <EventLog />
      </Card>
    </Playground>
  )
}
