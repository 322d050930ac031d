import { Card } from './Card.tsx'
import { FaultButtons } from './FaultButtons.tsx'
import type { FaultName } from './faults.ts'

/** The buttons by which the demo server misbehaves, in a card. */
export function FaultCard({ show }: { show: readonly FaultName[] }) {
  return (
    <Card title="Make it fail">
      <FaultButtons show={show} />
    </Card>
  )
}
