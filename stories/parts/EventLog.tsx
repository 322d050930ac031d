import { useSyncExternalStore } from 'react'
import { useDemoWorld } from './DemoContext.ts'
import { describeEvent } from './describeEvent.ts'
import { formatTime } from './format.ts'

/** The last events of the provider, newest first. Not a live region: screen readers would never stop reading it. */
export function EventLog() {
  const { events } = useDemoWorld()
  const entries = useSyncExternalStore(events.subscribe, events.getSnapshot)
  return (
    <div className="log" role="region" aria-label="Event log" tabIndex={0}>
      {entries.length === 0 && <p className="quiet">No events yet.</p>}
      <ol>
        {entries.map(({ id, at, event }) => (
          <li key={id} data-kind={event.kind}>
            <time className="figures quiet">{formatTime(at)}</time>
            <span className="log-source">{event.connection.transport}</span>
            <span>{describeEvent(event)}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}
