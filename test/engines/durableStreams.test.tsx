import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Failure, useLongPoll, useServerEvents } from 'react-query-realtime'
import { durableStreams } from 'react-query-realtime/engines'
import { findPorts } from '../../examples/nchan-cluster/cluster.mjs'
import { Part } from '../../examples/nchan-cluster/Part.mjs'
import type { FaultTest, RunningEngine, UseTransport } from './Engine.ts'
import { startPublisher } from './startPublisher.ts'
import { testEngine } from './testEngine.tsx'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const STREAM = '/v1/stream/rows'

const useHeldPoll: UseTransport = ({ options }) =>
  useLongPoll({
    url: `${STREAM}?offset=now&live=long-poll`,
    ...durableStreams.longPoll(),
    holdTimeout: 8_000,
    ...options,
  }).status
const useEvents: UseTransport = ({ options }) =>
  useServerEvents({
    url: `${STREAM}?offset=now&live=sse`,
    ...durableStreams.events(),
    silenceTimeout: 6_000,
    ...options,
  }).status

interface RunningStreams extends RunningEngine {
  server: Part
  /** Deletes the stream and creates it again under its name, between two messages. Resolves with the end of the old one. */
  createAgain(): Promise<string>
  /** The same while messages are posted. */
  createAgainUnderWay(): Promise<void>
  /** Where the stream ends. */
  readEnd(): Promise<string>
  /** The network between clients and server. */
  link: Part
}

/** The reference server, which keeps streams in memory or on disk, and a network that can be cut. */
async function start({
  isNumbered = false,
  hasBeats = false,
  history = '',
  isKept = false,
} = {}): Promise<RunningStreams> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-streams-'))
  const [port, linkPort] = await findPorts(2)
  const origin = `http://127.0.0.1:${port}`
  const answers = (url: string) => async () =>
    (await fetch(url, { signal: AbortSignal.timeout(1_000) })).status > 0
  const node = (name: string, args: string[], url: string) =>
    new Part(name, { command: [process.execPath, ...args], isReady: answers(url), log: () => {}, env: {} })
  const server = node(
    'server',
    [pathOf('serveDurableStreams.mjs'), String(port), ...(isKept ? [folder] : [])],
    origin,
  )
  const url = `http://127.0.0.1:${linkPort}`
  const link = node(
    'link',
    [pathOf('../../examples/nchan-cluster/link.mjs'), String(linkPort), String(port)],
    url,
  )
  await server.start()
  await link.start()

  async function send(method: string, body?: object): Promise<boolean> {
    const response = await fetch(`${origin}${STREAM}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(2_000),
      ...(body && { body: JSON.stringify(body) }),
    })
    await response.arrayBuffer()
    return response.ok
  }
  await send('PUT')
  if (history) await send('POST', { type: 'history', response: history })
  let last: Promise<unknown> = Promise.resolve()
  function inOrder<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = last.then(run)
    last = done.catch(() => {})
    return done
  }
  const publisher = await startPublisher(message => {
    const numbers = isNumbered && { epoch: 'e', seq: message.response.id }
    return inOrder(() => send('POST', { ...message, ...numbers }))
  })
  const post = () => send('POST', beat).catch(() => false)
  const beats = hasBeats ? setInterval(() => void post(), 1_000) : undefined
  async function readEnd(): Promise<string> {
    const { headers } = await fetch(`${origin}${STREAM}`, { method: 'HEAD' })
    return headers.get('stream-next-offset') ?? ''
  }
  return {
    ...publisher,
    url,
    server,
    link,
    readEnd,
    createAgain: () =>
      inOrder(async () => {
        const end = await readEnd()
        await send('DELETE')
        await send('PUT')
        return end
      }),
    async createAgainUnderWay() {
      const posts = Array.from({ length: 10 }, post)
      await send('DELETE')
      await send('PUT')
      await Promise.all(posts)
      // The server may accept nothing more, until it is restarted.
      if (!(await post())) await down(server, 0)
    },
    async stop() {
      clearInterval(beats)
      await publisher.stop()
      await Promise.all([server.end('SIGKILL'), link.end('SIGKILL')])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function down(part: Part, seconds: number) {
  await part.end('SIGKILL')
  await sleep(seconds * 1_000)
  await part.start()
}

async function frozen(part: Part, seconds: number) {
  part.signal('SIGSTOP')
  await sleep(seconds * 1_000)
  part.signal('SIGCONT')
}

/** A stream is deleted and created again while clients are away, until it `isLonger` than the old one. */
async function replaced({ link, createAgain, readEnd }: RunningStreams, isLonger: boolean) {
  await link.end('SIGKILL')
  const oldEnd = await createAgain()
  while (isLonger && (await readEnd()) <= oldEnd) await sleep(100)
  await link.start()
}

const transports = { 'long poll': useHeldPoll, events: useEvents }
const all = Object.keys(transports)

const beat = { type: 'beat' }
const expectsBeats = { expects: { type: beat.type, within: 8_000 } }
const useWatchedPoll: UseTransport = ({ queryKey, options }) =>
  useHeldPoll({ queryKey, options: { ...options, ...expectsBeats } })
const useWatchedEvents: UseTransport = ({ queryKey, options }) =>
  useEvents({ queryKey, options: { ...options, ...expectsBeats } })
const watching = { 'long poll': useWatchedPoll, events: useWatchedEvents }

const preset = durableStreams.longPoll().reconnect
const decide = (failure: Failure) =>
  preset.decide(failure) ?? (failure.kind === 'status' && failure.status === 404 ? 'drop-cursor' : undefined)
const useLastingPoll: UseTransport = ({ queryKey, options }) =>
  useWatchedPoll({ queryKey, options: { ...options, ...{ reconnect: { decide } } } })
const useLastingEvents: UseTransport = ({ queryKey, options }) =>
  useWatchedEvents({ queryKey, options: { ...options, ...{ silenceTimeout: undefined } } })
/** Clients for which only `decide` and `expects` notice that their stream is gone. */
const lasting = { 'long poll': useLastingPoll, events: useLastingEvents }

const row = (
  fault: string,
  strike: FaultTest<RunningStreams>['strike'],
  more: Partial<FaultTest<RunningStreams>> = {},
) => ({
  fault,
  start: () => start(),
  strike,
  ...more,
})

/** As `replaced`, while messages are posted. */
async function replacedUnderWay({ link, createAgainUnderWay }: RunningStreams) {
  await link.end('SIGKILL')
  await createAgainUnderWay()
  await link.start()
}

/** So long that a new stream is shorter. */
const history = 'x'.repeat(100_000)
const long = { start: () => start({ history }) }
const numbered = { start: () => start({ isNumbered: true }) }
testEngine<RunningStreams>('Durable Streams', {
  missing: existsSync(pathOf('../protocols/node_modules/@durable-streams/server'))
    ? []
    : ['@durable-streams/server'],
  transports,
  faults: [
    row('none', () => Promise.resolve(), { resumes: all }),
    row('server killed, 3 s', ({ server }) => down(server, 3), {
      start: () => start({ isKept: true }),
      resumes: all,
    }),
    row('server frozen, 8 s', ({ server }) => frozen(server, 8), { resumes: all }),
    row('network cut, 12 s', ({ link }) => frozen(link, 12), { resumes: all }),
    row('clients away, 6 s', ({ link }) => down(link, 6), { resumes: all }),
    row('numbered; clients away, 6 s', ({ link }) => down(link, 6), { ...numbered, resumes: all }),
    row('stream replaced by a shorter one', engine => replaced(engine, false), { ...long, loses: all }),
    row('on disk: stream replaced by a shorter one', engine => replaced(engine, false), {
      start: () => start({ history, isKept: true }),
      loses: all,
    }),
    row('on disk: stream replaced while messages are posted', replacedUnderWay, {
      start: () => start({ history, hasBeats: true, isKept: true }),
      transports: watching,
      loses: all,
    }),
    row('stream replaced while connected', ({ createAgain }) => createAgain(), {
      start: () => start({ history, hasBeats: true }),
      transports: lasting,
      loses: all,
    }),
    row('numbered; stream replaced by a longer one', engine => replaced(engine, true), {
      ...numbered,
      loses: all,
    }),
  ],
})
