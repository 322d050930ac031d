import type { RealtimeEvent } from 'react-query-realtime'
import { formatSeconds } from './format.ts'

/** An event in words. */
export function describeEvent(event: RealtimeEvent): string {
  switch (event.kind) {
    case 'status':
      return event.error ? `${event.status}: ${event.error.message}` : event.status
    case 'retry':
      return `retry ${event.retryCount} in ${formatSeconds(event.delay)}: ${event.error?.message ?? 'lost'}`
    case 'gap':
      return `messages may be missing (${event.cause}); query keys invalidated: ${event.keys.length}`
    case 'token':
      return `requested a token (${event.reason})`
    case 'bad-message':
      return `dropped a message: ${event.reason}${event.type === undefined ? '' : ` (${event.type})`}`
    case 'unknown-type':
      return `no handler or schema for the type "${event.type}"`
    case 'handler-error':
      return `the handler of "${event.type}" threw`
    case 'queue-overflow':
      return 'the queue is full: a message was rejected'
    case 'outdated-response':
      return `refetches of ${JSON.stringify(event.key)} return older data`
    case 'sharing':
      return event.isActive ? 'shared with the other tabs' : `not shared with the other tabs: ${event.reason}`
    case 'queries-dropped':
      return `dropped ${event.count} unused queries`
  }
}
