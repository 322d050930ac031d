import { afterAll, beforeAll, expect } from 'vitest'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { WebSocket } from 'ws'
import { startDemoServer, type RunningDemoServer } from '../../../stories/server/startDemoServer.ts'

export interface Message {
  type: string
  params: unknown
  response?: unknown
  error?: { code: string; message: string }
  epoch?: string
  seq?: number
}

export interface Clients {
  clients: Array<{ client: string; transport: string; since: number; requests: number; open: number }>
  opened: Record<string, number>
}

/** The validators of a long poll's answer as the headers of the next request. */
export function cursorOf({ headers }: Response): Record<string, string> {
  return {
    'If-None-Match': headers.get('etag') ?? '',
    'If-Modified-Since': headers.get('last-modified') ?? '',
  }
}

/** A list that can be waited for: `take()` resolves with its next item, `rest()` empties it. */
export function createInbox<T>() {
  const items: T[] = []
  let wake = () => {}
  return {
    put: (item: T): void => {
      items.push(item)
      wake()
    },
    rest: (): T[] => items.splice(0),
    take: async (): Promise<T> => {
      while (items.length === 0) await new Promise<void>(resolve => (wake = resolve))
      return items.shift()!
    },
  }
}

/** One server a test file. Each `channel()` is a fresh channel of it with a silent feed. */
export function setUpDemoServer() {
  let server: RunningDemoServer
  let channels = 0
  const cleanups: Array<() => void> = []
  beforeAll(async () => {
    server = await startDemoServer()
  })
  afterAll(async () => {
    for (const cleanup of cleanups) cleanup()
    await server.close()
  })

  async function channel({ rate = 0 }: { rate?: number } = {}) {
    const name = `test-${(channels += 1)}`
    const urlOf = (path: string) => {
      const url = new URL(path, server.url)
      url.searchParams.set('channel', name)
      return url
    }
    const get = (path: string, headers: Record<string, string> = {}) => fetch(urlOf(path), { headers })
    const send = (path: string, body: unknown) =>
      fetch(urlOf(path), { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
    const post = async <T = unknown>(path: string, body: unknown): Promise<T> => {
      const response = await send(path, body)
      expect(response.ok, `${path}: ${response.status}`).toBe(true)
      return (await response.json()) as T
    }
    const fault = (fault: string, options: object = {}) => post('/faults', { fault, ...options })
    const publish = (response: unknown, params: unknown = null, type = 'note') =>
      post<{ epoch: string; seq: number }>('/publish', { type, params, response })
    const openLongPolls = async () => {
      const { clients } = (await (await get('/clients')).json()) as Clients
      return clients.find(({ transport }) => transport === 'longPoll')?.open ?? 0
    }
    /** A long poll that the server holds; settles as `'broken'` if it is cut. */
    const hold = async (path = '/long-poll') => {
      const headers = cursorOf(await get(path))
      const abort = new AbortController()
      const answer = fetch(urlOf(path), { headers, signal: abort.signal }).catch(() => 'broken' as const)
      await expect.poll(openLongPolls).toBe(1)
      return { answer, abort: () => abort.abort() }
    }
    await post('/feed', { rate })
    return {
      url: server.url,
      urlOf,
      get,
      send,
      post,
      fault,
      publish,
      hold,
      openLongPolls,
      events: (path: string, init: RequestInit = {}) => openEvents(urlOf(path), init, cleanups),
      socket: (path = '/socket', protocols: string[] = []) => openSocket(urlOf(path), protocols, cleanups),
    }
  }
  return { channel, url: () => server.url }
}

async function openEvents(url: URL, init: RequestInit, cleanups: Array<() => void>) {
  const abort = new AbortController()
  cleanups.push(() => abort.abort())
  const response = await fetch(url, { ...init, signal: abort.signal })
  const inbox = createInbox<EventSourceMessage>()
  const comments = createInbox<string>()
  const retries: number[] = []
  const parser = createParser({
    onEvent: inbox.put,
    onComment: comments.put,
    onRetry: ms => void retries.push(ms),
  })
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) parser.feed(decoder.decode(chunk, { stream: true }))
    return 'end' as const
  }
  const ended = read().catch(() => 'broken' as const)
  const take = async () => {
    const { event, id, data } = await inbox.take()
    return { event, id, message: JSON.parse(data) as Message }
  }
  return { response, inbox, comments, retries, ended, take, abort: () => abort.abort() }
}

function openSocket(url: URL, protocols: string[], cleanups: Array<() => void>) {
  url.protocol = 'ws:'
  const ws = new WebSocket(url, protocols)
  cleanups.push(() => ws.terminate())
  const inbox = createInbox<{ data: Buffer; isBinary: boolean }>()
  const closed = new Promise<number>(resolve => ws.on('close', resolve))
  ws.on('message', (data: Buffer, isBinary) => inbox.put({ data, isBinary }))
  const opened = new Promise<'open' | number>((resolve, reject) => {
    ws.on('open', () => resolve('open'))
    ws.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    ws.on('error', reject)
  })
  opened.catch(() => undefined)
  return {
    ws,
    inbox,
    opened,
    closed,
    send: (message: unknown) => ws.send(JSON.stringify(message)),
    take: async () => JSON.parse((await inbox.take()).data.toString()) as Message,
  }
}

/** Resolves with `'nothing'` if `promise` has not settled after `ms`. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T | 'nothing'> {
  let timer: NodeJS.Timeout
  const nothing = new Promise<'nothing'>(resolve => (timer = setTimeout(() => resolve('nothing'), ms)))
  return Promise.race([promise, nothing]).finally(() => clearTimeout(timer))
}
