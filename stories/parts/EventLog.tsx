import { useSyncExternalStore } from 'react'
import { useDemoWorld } from './DemoContext.ts'
import { describeEvent } from './describeEvent.ts'
import { formatTime } from './format.ts'

/** The last events of the provider, newest first. It is no live region: it would never stop talking. */
export function EventLog() {
  const { events } = useDemoWorld()
  const entries = useSyncExternalStore(events.subscribe, events.getSnapshot)
  return (
    <div className="log" role="region" aria-label="Events" tabIndex={0}>
      {entries.length === 0 && <p className="quiet">Nothing yet.</p>}
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
