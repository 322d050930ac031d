import { useRef } from 'react'
import { Button } from './Button.tsx'
import { useDemo } from './DemoContext.ts'
import { FAULTS } from './faults.ts'

const BATCH = 5

/** Publishes notes with running numbers, also at the very moment at which the connection is lost. */
export function PublishNotes() {
  const demo = useDemo()
  const last = useRef(0)

  async function publish() {
    const notes = Array.from({ length: BATCH }, () => ({ type: 'note', response: ++last.current }))
    await demo.post('/publish', notes)
  }

  async function publishAroundALoss() {
    await publish()
    await demo.post('/faults', FAULTS.kill.body)
    await publish()
  }

  return (
    <div className="buttons">
      <Button look="primary" onClick={() => void publish()}>
        Publish {BATCH} notes
      </Button>
      <Button onClick={() => void publishAroundALoss()}>
        {BATCH} notes, kill, {BATCH} notes
      </Button>
    </div>
  )
}
