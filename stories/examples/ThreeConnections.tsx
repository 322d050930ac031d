import { useLongPoll, useRealtime, useServerEvents, useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { ConnectionPanel } from '../parts/ConnectionPanel.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages, marketRecovery } from '../parts/market.ts'

export function ThreeConnections() {
  const demo = useDemo()
  useSocket({ url: demo.url('/socket'), messages: marketMessages, recovery: marketRecovery })
  useServerEvents({ url: demo.url('/events'), messages: marketMessages })
  useLongPoll({ url: demo.url('/long-poll'), messages: marketMessages })
  return (
    <Card title="Open connections" aside={<AllAtOnce />}>
      <ConnectionPanel />
    </Card>
  )
}

function AllAtOnce() {
  const { closeAll, reconnectAll } = useRealtime()
  return (
    <div className="buttons">
      <Button onClick={closeAll}>Close all</Button>
      <Button onClick={reconnectAll}>Reconnect all</Button>
    </div>
  )
}
