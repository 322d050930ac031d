import { useRef } from 'react'
import { Button } from './Button.tsx'
import { useDemo } from './DemoContext.ts'

const BATCH = 5

/** Publishes numbered notes, also just before and just after a drop. */
export function PublishNotes() {
  const demo = useDemo()
  const last = useRef(0)

  async function publish() {
    const notes = Array.from({ length: BATCH }, () => ({ type: 'note', response: ++last.current }))
    await demo.post('/publish', notes)
  }

  async function publishAroundADrop() {
    await publish()
    await demo.post('/faults', { fault: 'down', ms: 1_000 })
    await publish()
  }

  return (
    <div className="buttons">
      <Button look="primary" onClick={() => void publish()}>
        Publish {BATCH} notes
      </Button>
      <Button onClick={() => void publishAroundADrop()}>
        Publish {BATCH}, drop for 1 s, publish {BATCH}
      </Button>
    </div>
  )
}
