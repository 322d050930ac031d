import { type Message, messageKey, serverEventsOptions } from 'react-query-realtime'
import { mercure as hub } from 'react-query-realtime/engines'

export interface Resource {
  '@id': string
  [field: string]: unknown
}

/** One connection for each topic: an update does not name the topic it belongs to. */
export const mercure = (topic: string) =>
  serverEventsOptions({
    url: `/.well-known/mercure?match=${encodeURIComponent(topic)}`,
    parse: data => ({ type: 'resource', params: { topic }, response: JSON.parse(String(data)) as Resource }),
    liveQueries: [messageKey('resource', { topic })],
    ...hub.events(),
    on: {
      resource: ({ params, response }: Message<string, unknown, Resource>, cache) =>
        cache.setQueryData(messageKey('resource', params), response),
    },
  })
