import { useQuery } from '@tanstack/react-query'
import { type RealtimeOptions, useServerEvents } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { type PodList, podsKey, podWatch } from './clients/kubernetes.ts'
import { startKubernetes } from './servers/startKubernetes.ts'
import { mountClient, shown, until } from './support.tsx'

async function listPods(baseUrl: string): Promise<PodList> {
  const headers = { Authorization: 'Bearer secret' }
  return (await fetch(`${baseUrl}/api/v1/namespaces/test/pods`, { headers })).json() as Promise<PodList>
}

function Pods({ baseUrl, label }: { baseUrl: string; label: string }) {
  const { status, error } = useServerEvents(podWatch('test'))
  const { data } = useQuery({
    queryKey: podsKey('test'),
    queryFn: () => listPods(baseUrl),
    staleTime: Infinity,
  })
  const pods = data?.items.map(({ metadata, status }) => `${metadata.name}:${status.phase}`).sort() ?? []
  return <p aria-label={label}>{[...pods, error?.name ?? status].join(' ')}</p>
}

async function open(options: RealtimeOptions = {}) {
  const server = await startKubernetes()
  server.change('ADDED', 'a', 'Running')
  const views = ['1', '2'].map(label => <Pods key={label} label={label} baseUrl={server.http} />)
  const page = mountClient(views, {
    baseUrl: server.http,
    getToken: () => 'secret',
    gapSpread: 1,
    ...options,
  })
  const lists = () => server.requests.filter(url => !url.includes('watch')).length
  return { ...server, ...page, views, lists }
}

test('two components share one list and one watch, which ends with the last of them', async () => {
  const { change, watches, lists, views, rerender } = await open()
  await until(() => expect([...shown('1'), watches.size]).toEqual(['a:Running open', 1]))
  change('ADDED', 'b', 'Pending')
  change('MODIFIED', 'b', 'Running')
  change('DELETED', 'a')
  await until(() => expect(shown('1', '2')).toEqual(['b:Running open', 'b:Running open']))
  rerender(views.slice(1))
  expect([watches.size, lists()]).toEqual([1, 1])
  rerender(null)
  await until(() => expect(watches.size).toBe(0))
})

test('after a drop the watch continues at its last bookmark, and no list is fetched', async () => {
  const { change, watches, requests, lists, dropConnections, events } = await open()
  await until(() => expect([...shown('1'), watches.size]).toEqual(['a:Running open', 1]))
  change('ADDED', 'b', 'Pending')
  change('BOOKMARK')
  await until(() => expect(shown('1')).toEqual(['a:Running b:Pending open']))
  dropConnections()
  change('MODIFIED', 'b', 'Running')
  change('DELETED', 'a')
  await until(() => expect(shown('1')).toEqual(['b:Running open']))
  expect(requests.at(-1)).toMatch(/resourceVersion=13$/)
  expect([lists(), events.filter(({ kind }) => kind === 'gap')]).toEqual([1, []])
})

test('a watch that the server ends continues where it ended', async () => {
  const { change, watches, lists, end } = await open()
  await until(() => expect([...shown('1'), watches.size]).toEqual(['a:Running open', 1]))
  change('ADDED', 'b', 'Running')
  end()
  change('DELETED', 'a')
  await until(() => expect(shown('1')).toEqual(['b:Running open']))
  expect(lists()).toBe(1)
})

test('a version that has expired is answered with 410: the list is fetched once', async () => {
  const { change, compact, watches, lists, dropConnections } = await open()
  await until(() => expect([...shown('1'), watches.size]).toEqual(['a:Running open', 1]))
  change('ADDED', 'b', 'Running')
  await until(() => expect(shown('1')).toEqual(['a:Running b:Running open']))
  dropConnections()
  change('DELETED', 'a')
  compact()
  await until(() => expect(shown('1')).toEqual(['b:Running open']))
  expect(lists()).toBe(2)
})

test('a version that expires during the watch is an ERROR event: the list is fetched once', async () => {
  const { change, expire, watches, lists } = await open()
  await until(() => expect([...shown('1'), watches.size]).toEqual(['a:Running open', 1]))
  change('ADDED', 'b', 'Running')
  await until(() => expect(shown('1')).toEqual(['a:Running b:Running open']))
  expire()
  change('DELETED', 'a')
  await until(() => expect(shown('1')).toEqual(['b:Running open']))
  await until(() => expect([watches.size, lists()]).toEqual([1, 2]))
})

test('a refused token is fetched again once', async () => {
  await open({ getToken: ({ reason }) => (reason === 'refused' ? 'secret' : 'expired') })
  await until(() => expect(shown('1')).toEqual(['a:Running open']))
})

test('a token that is refused twice ends the watch', async () => {
  await open({ getToken: () => 'wrong' })
  await until(() => expect(shown('1')).toEqual(['a:Running UnauthorizedError']))
})
