import { type CacheWriter, cursorInQuery, type Message, serverEventsOptions } from 'react-query-realtime'

interface Meta {
  metadata: { name: string; resourceVersion: string }
}
export interface Pod extends Meta {
  status: { phase: string }
}
export interface PodList {
  metadata: { resourceVersion: string }
  items: Pod[]
}

/** Of the query that lists the pods. */
export const podsKey = (namespace: string) => ['pods', namespace]

type PodMessage = Message<string, { namespace: string }, Pod>

/** Replaces a pod, or removes it. */
const change =
  (isKept: boolean) =>
  ({ params, response: pod }: PodMessage, cache: CacheWriter) =>
    cache.setQueryData<PodList>(podsKey(params.namespace), list => {
      if (!list) return undefined
      const others = list.items.filter(({ metadata }) => metadata.name !== pod.metadata.name)
      return { ...list, items: isKept ? [...others, pod] : others }
    })

export const podWatch = (namespace: string) =>
  serverEventsOptions({
    url: `/api/v1/namespaces/${namespace}/pods?watch=1&allowWatchBookmarks=true`,
    framing: 'lines',
    parse: line => {
      const { type, object } = JSON.parse(String(line)) as { type: string; object: unknown }
      return { type, params: { namespace }, response: object }
    },
    on: {
      ADDED: change(true),
      MODIFIED: change(true),
      DELETED: change(false),
      BOOKMARK: () => undefined,
    },
    // The watch starts where the list ends.
    liveQueries: [
      { queryKey: podsKey(namespace), position: data => (data as PodList).metadata.resourceVersion },
    ],
    recovery: {
      cursor: ({ response }) => (response as Partial<Meta>).metadata?.resourceVersion,
      attach: cursorInQuery('resourceVersion'),
      // The version has expired: the list is fetched again.
      resumed: ({ type }) => (type === 'ERROR' ? false : undefined),
    },
  })
