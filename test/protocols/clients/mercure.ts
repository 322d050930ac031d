import { type FetchLike, type Message, messageKey, serverEventsOptions } from 'react-query-realtime'

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
    on: {
      resource: ({ params, response }: Message<string, unknown, Resource>, cache) =>
        cache.setQueryData(messageKey('resource', params), response),
    },
  })

/** For the provider: a hub that has forgotten the last id says so in a header, which is a 410 here. */
export const fetchFromHub: FetchLike = async (url, init) => {
  const sent = new Headers(init.headers).get('Last-Event-ID')
  const response = await fetch(url, init)
  const found = response.headers.get('Mercure-Last-Event-ID')
  return sent === null || found === null || found === sent ? response : new Response(null, { status: 410 })
}
