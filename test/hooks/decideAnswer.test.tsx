import { screen, waitFor } from '@testing-library/react'
import type { IncomingMessage } from 'node:http'
import {
  cursorInQuery,
  type Failure,
  type FailureAction,
  type Gap,
  useLongPoll,
  type ServerEventsResult,
  useServerEvents,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { type Answer, startServer } from '../support/httpServer.ts'
import { renderLive } from './pollingSetup.tsx'

const times = { minDelay: 10, maxDelay: 20 }
const pass = () => new Promise(resolve => setTimeout(resolve, 150))

type Decide = (failure: Failure) => FailureAction | undefined

interface Seen {
  messages: unknown[]
  gaps: Gap['cause'][]
  decided: Failure[]
}

/** Each connection over HTTP, with what a server sends for a message. */
const connections = {
  events: { contentType: 'text/event-stream', message: (n: number) => `id: ${n}\ndata: ${n}\n\n` },
  lines: { contentType: 'application/x-ndjson', message: (n: number) => `${n}\n` },
  'long poll': { contentType: 'application/json', message: (n: number) => `${n}` },
}
type Name = keyof typeof connections
const names = Object.keys(connections) as Name[]

type Options = Parameters<typeof useServerEvents>[0] & Parameters<typeof useLongPoll>[0] & object

const useLines = (options: Options) => useServerEvents({ ...options, framing: 'lines' })
const hookOf: Record<Name, (options: Options) => Pick<ServerEventsResult, 'status' | 'error'>> = {
  events: useServerEvents,
  lines: useLines,
  'long poll': useLongPoll,
}

/** One connection to a server, with what `decide` sees and what arrives. */
async function connect(name: Name, answer: Answer, decide: Decide) {
  const { url, requests } = await startServer(answer)
  const seen: Seen = { messages: [], gaps: [], decided: [] }
  const options = {
    url,
    on: { message: () => {} },
    onMessage: ({ response }: { response: unknown }) => void seen.messages.push(response),
    onGap: ({ cause }: Gap) => void seen.gaps.push(cause),
    reconnect: {
      ...times,
      decide: (failure: Failure) => {
        seen.decided.push(failure)
        return decide(failure)
      },
    },
  }
  const Reader = () => {
    const { status, error } = hookOf[name](options)
    return <p>{`${status} ${error?.message ?? ''}`.trim()}</p>
  }
  renderLive(<Reader />, { gapSpread: 1 })
  return { seen, requests }
}

/** Answers with a message and the header `X-State`, and holds a stream. */
function send(name: Name, state: string, n = 1): Answer {
  const { contentType, message } = connections[name]
  return response => {
    response.writeHead(200, { 'content-type': contentType, 'x-state': state, etag: `"${n}"` })
    if (name === 'long poll') response.end(message(n))
    else response.write(message(n))
  }
}

const isAnswer = (failure: Failure, state: string) =>
  failure.kind === 'answer' && failure.headers.get('x-state') === state

describe.each(names)('decide, for a response of %s that is no failure,', name => {
  test('goes on as usual at undefined', async () => {
    const { seen, requests } = await connect(
      name,
      (response, request, index) => (index === 0 ? send(name, 'good')(response, request, index) : undefined),
      () => undefined,
    )
    await waitFor(() => expect(seen.messages).toEqual([1]))
    await screen.findByText('open')
    expect(seen.decided).toMatchObject([{ kind: 'answer', status: 200, cursor: undefined }])
    await pass()
    expect(requests).toHaveLength(name === 'long poll' ? 2 : 1)
  })

  test('closes the connection with "end", without reading the body', async () => {
    const { seen, requests } = await connect(name, send(name, 'over'), failure =>
      isAnswer(failure, 'over') ? 'end' : undefined,
    )
    await screen.findByText('closed', undefined)
    await pass()
    expect([requests.length, seen.messages, seen.gaps]).toEqual([1, [], []])
  })

  test('fails with "stop", and the error names the status', async () => {
    const { requests } = await connect(name, send(name, 'bad'), failure =>
      isAnswer(failure, 'bad') ? 'stop' : undefined,
    )
    await screen.findByText(
      /^failed \S+: "reconnect.decide" rejected a response with HTTP status 200/,
      undefined,
    )
    await pass()
    expect(requests).toHaveLength(1)
  })

  test('asks again after the back-off with "retry", and the first opening is no gap', async () => {
    const { seen, requests } = await connect(
      name,
      (response, request, index) => {
        if (index < 3) send(name, 'not-yet')(response, request, index)
        else if (index === 3) send(name, 'good', 4)(response, request, index)
      },
      failure => (isAnswer(failure, 'not-yet') ? 'retry' : undefined),
    )
    await waitFor(() => expect(seen.messages).toEqual([4]))
    await screen.findByText('open')
    expect(requests.length).toBeGreaterThan(3)
    expect(seen.gaps).toEqual([])
  })

  test('obeys the Retry-After of a response that it rejects with "retry"', async () => {
    const at: number[] = []
    await connect(
      name,
      (response, request, index) => {
        at.push(Date.now())
        response.setHeader('retry-after', '1')
        send(name, index === 0 ? 'not-yet' : 'good')(response, request, index)
      },
      failure => (isAnswer(failure, 'not-yet') ? 'retry' : undefined),
    )
    await waitFor(() => expect(at.length).toBeGreaterThan(1))
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(900)
  })

  test('fetches a fresh token with "refresh"', async () => {
    const reasons: string[] = []
    const answer = (response: Parameters<Answer>[0], request: IncomingMessage, index: number) =>
      send(name, request.headers.authorization === 'Bearer connect' ? 'expired' : 'good')(
        response,
        request,
        index,
      )
    const { url } = await startServer(answer)
    const decide: Decide = failure => (isAnswer(failure, 'expired') ? 'refresh' : undefined)
    const options = { url, on: { message: () => {} }, reconnect: { ...times, decide } }
    const Reader = () => {
      return <p>{hookOf[name](options).status}</p>
    }
    const getToken = ({ reason }: { reason: string }) => {
      reasons.push(reason)
      return reason
    }
    renderLive(<Reader />, { trustedOrigins: [url], getToken })
    await screen.findByText('open', undefined)
    expect(reasons.slice(0, 2)).toEqual(['connect', 'refused'])
  })
})

describe.each(['events', 'long poll'] as const)(
  'decide, for a response of %s to a request with a cursor,',
  name => {
    test('sees that cursor, and with "drop-cursor" asks without it, which is a gap', async () => {
      const { seen, requests } = await connect(
        name,
        (response, request, index) => {
          const state = index === 1 ? 'reset' : 'good'
          if (index < 3) send(name, state, index + 1)(response, request, index)
          if (index === 0 && name === 'events') response.end()
        },
        failure => (isAnswer(failure, 'reset') ? 'drop-cursor' : undefined),
      )
      await waitFor(() => expect(seen.messages).toEqual([1, 3]))
      await waitFor(() => expect(seen.gaps).toEqual(['cursor-lost']))
      const answers = seen.decided.flatMap(failure => (failure.kind === 'answer' ? [failure.cursor] : []))
      const cursor = name === 'events' ? '1' : { etag: '"1"', lastModified: null }
      expect(answers.slice(0, 3)).toEqual([undefined, cursor, undefined])
      const sent = requests.map(({ headers }) => headers['last-event-id'] ?? headers['if-none-match'])
      expect(sent.slice(0, 3)).toEqual([undefined, name === 'events' ? '1' : '"1"', undefined])
    })
  },
)

test('decide sees the position of recovery as the cursor of an answer', async () => {
  const { url, requests } = await startServer((response, _request, index) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.flushHeaders()
    if (index < 2) response.end(`{"type":"row","response":0,"id":"${index}"}\n`)
  })
  const cursors: unknown[] = []
  const decide: Decide = failure => {
    if (failure.kind === 'answer') cursors.push(failure.cursor)
    return undefined
  }
  const recovery = { cursor: ({ id }: { id?: string | undefined }) => id, attach: cursorInQuery('after') }
  const Reader = () =>
    useServerEvents({
      url,
      framing: 'lines',
      recovery,
      on: { row: () => {} },
      reconnect: { ...times, decide },
    }).status
  renderLive(<Reader />)
  await waitFor(() => expect(requests).toHaveLength(3))
  await waitFor(() => expect(cursors).toEqual([undefined, '0', '1']))
})

describe('a 202', () => {
  test.each(names)(
    'of %s is an answer first; without a decision it is a failure that is retried',
    async name => {
      const { seen } = await connect(
        name,
        (response, request, index) => {
          if (index === 0) response.writeHead(202).end()
          else send(name, 'good')(response, request, index)
        },
        () => undefined,
      )
      await waitFor(() => expect(seen.messages.length).toBeGreaterThan(0))
      expect(seen.decided.slice(0, 2)).toMatchObject([
        { kind: 'answer', status: 202 },
        { kind: 'status', status: 202 },
      ])
    },
  )

  test('ends a long poll if the application decides so', async () => {
    const { requests } = await connect(
      'long poll',
      response => response.writeHead(202).end(),
      failure => (failure.kind === 'answer' && failure.status === 202 ? 'end' : undefined),
    )
    await screen.findByText('closed', undefined)
    await pass()
    expect(requests).toHaveLength(1)
  })
})

test.each(names)('decide reads the error code in the body of a refused request of %s', async name => {
  const { requests } = await connect(
    name,
    (response, request, index) => {
      if (index < 2) response.writeHead(403).end('{"code":"warming-up"}')
      else send(name, 'good')(response, request, index)
    },
    failure => {
      if (failure.kind !== 'status' || !failure.body) return undefined
      return (JSON.parse(failure.body) as { code: string }).code === 'warming-up' ? 'retry' : undefined
    },
  )
  await screen.findByText('open', undefined)
  expect(requests.length).toBeGreaterThanOrEqual(3)
})
