import type { Recovery } from '../core/streamPosition.ts'

/**
 * Mercure (mercure.rocks). Spread the options into those of `useServerEvents`. The hub must expose the header
 * `Mercure-Last-Event-ID` to other origins.
 *
 * ```ts
 * export const book = serverEventsOptions({ url: '/.well-known/mercure?match=/books/1', liveQueries: [['book']], ...mercure.events() })
 * ```
 */
export const mercure = {
  /** A hub that has dropped the last id returns another one, which is a gap. */
  events: () => ({
    recovery: {
      resumed: ({ headers, sent }) => headers.get('mercure-last-event-id') === sent,
    } satisfies Recovery,
  }),
}
