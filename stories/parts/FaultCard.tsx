import { Card } from './Card.tsx'
import { FaultButtons } from './FaultButtons.tsx'
import type { FaultName } from './faults.ts'

/** A card with the buttons that make the demo server misbehave. */
export function FaultCard({ show }: { show: readonly FaultName[] }) {
  return (
    <Card title="Make it fail">
      <FaultButtons show={show} />
    </Card>
  )
}
