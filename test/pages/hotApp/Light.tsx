import { useMessage, useServerEvents, useSocket } from 'react-query-realtime'
import { definition } from './definition.ts'

export function Light() {
  const { status } = useSocket(definition)
  const events = useServerEvents({ url: '/events?channel=hot' })
  const { data } = useMessage('note')
  return <p>{`first ${status} ${events.status} ${String(data)}`}</p>
}
