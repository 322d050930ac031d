import type { Recovery } from '../core/streamPosition.ts'

/** The header in which a hub says where it continues. Hubs before 1.0 call it `Last-Event-ID`. */
const continuesAt = (headers: Headers) => headers.get('mercure-last-event-id') ?? headers.get('last-event-id')

/**
 * Mercure (mercure.rocks). Spread the options into those of `useServerEvents`. The hub must expose the header
 * `Mercure-Last-Event-ID` to other origins; before 1.0, `Last-Event-ID`.
 *
 * ```ts
 * export const book = serverEventsOptions({ url: '/.well-known/mercure?match=/books/1', liveQueries: [['book']], ...mercure.events() })
 * ```
 */
export const mercure = {
  /** A hub that has dropped the last id returns another one, which is a gap. */
  events: () => ({
    recovery: {
      resumed: ({ headers, sent }) => continuesAt(headers) === sent,
    } satisfies Recovery,
  }),
}
