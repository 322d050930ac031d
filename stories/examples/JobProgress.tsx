import { usePolling } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'

interface Job {
  percent: number
}

export function JobProgress({ interval, step }: { interval: number; step: number }) {
  const demo = useDemo()
  const { data: job, isPolling } = usePolling<Job | undefined>({
    url: demo.url('/poll', { type: 'job', id: 'report' }),
    interval: job => (job ? interval : 2 * interval), // poll less often while the job is queued
    stopWhen: job => job?.percent === 100,
  })
  const percent = job?.percent ?? 0

  const work = () =>
    demo.post('/publish', {
      type: 'job',
      params: { id: 'report' },
      response: { percent: Math.min(100, percent + step) },
    })

  return (
    <Card title="A job on the server">
      <progress aria-label="Progress" value={percent} max={100} />
      <p role="status">
        {percent === 100 ? 'Done.' : `${percent} % done.`} {isPolling ? 'Polling.' : 'Not polling.'}
      </p>
      <div className="buttons">
        <Button look="primary" disabled={percent === 100} onClick={() => void work()}>
          Advance the job
        </Button>
      </div>
    </Card>
  )
}
