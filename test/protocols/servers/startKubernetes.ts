import { createServer, type ServerResponse } from 'node:http'
import { startServer } from '../support.tsx'

/** Lists and watches of pods. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export async function startKubernetes() {
  const tokens = new Set(['secret'])
  const pods = new Map<string, object>()
  const watches = new Set<ServerResponse>()
  const requests: string[] = []
  let log: { version: number; line: string }[] = []
  let [version, oldest] = [10, 0]
  const expired = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 }
  const lineOf = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
  const tell = (line: string) => watches.forEach(watch => watch.write(line))
  const server = createServer((request, response) => {
    requests.push(request.url!)
    const { searchParams } = new URL(request.url!, 'http://localhost')
    const since = searchParams.get('resourceVersion')
    const isSignedIn = tokens.has(request.headers.authorization?.slice('Bearer '.length) ?? '')
    const status = !isSignedIn ? 401 : since !== null && Number(since) < oldest ? 410 : 200
    response.writeHead(status, { 'Content-Type': 'application/json' }).flushHeaders()
    const list = { metadata: { resourceVersion: String(version) }, items: [...pods.values()] }
    if (status !== 200) return void response.end(JSON.stringify({ ...expired, code: status }))
    if (!searchParams.has('watch')) return void response.end(JSON.stringify(list))
    // Without a version, a watch begins with what there is.
    if (since === null) for (const pod of list.items) response.write(lineOf('ADDED', pod))
    else for (const change of log) if (change.version > Number(since)) response.write(change.line)
    watches.add(response.on('close', () => watches.delete(response)))
  })
  function change(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', name = '', phase = '') {
    const pod = { metadata: { name, resourceVersion: String(++version) }, status: { phase } }
    if (type === 'DELETED') pods.delete(name)
    else if (type !== 'BOOKMARK') pods.set(name, pod)
    if (type !== 'BOOKMARK') log.push({ version, line: lineOf(type, pod) })
    tell(lineOf(type, pod))
  }
  /** Ends all watches, as it does after a few minutes. */
  const end = () => watches.forEach(watch => watches.delete(watch.end()))
  /** Forgets all changes. */
  const compact = () => ([oldest, log] = [++version, []])
  const expire = () => (tell(lineOf('ERROR', expired)), end(), compact())
  return { ...(await startServer(server)), tokens, watches, requests, change, end, compact, expire }
}
