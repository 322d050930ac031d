import { act, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import {
  type AttachToken,
  type ConnectionResult,
  type CursorStrategy,
  type RealtimeEvent,
  type RealtimeOptions,
  useLongPoll,
  usePolling,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { renderLive } from './pollingSetup.tsx'

const patient = { timeout: 15_000 }
const QUICK = { minDelay: 10, maxDelay: 40 }
/** For attempts that never get as far as the network. */
const IMPATIENT = { reconnect: { ...QUICK, connectTimeout: 150 } }

type Shown = Pick<ConnectionResult, 'status' | 'error'>

/** Renders one hook, and returns what it showed last. */
function show(use: () => Shown, provider: RealtimeOptions = {}) {
  const shown = { status: '', error: null as Error | null }
  const events: RealtimeEvent[] = []
  const Reader = (): ReactNode => {
    const { status, error } = use()
    Object.assign(shown, { status, error })
    return status
  }
  const view = renderLive(<Reader />, {
    baseUrl: 'http://127.0.0.1:1',
    reconnect: QUICK,
    onEvent: event => events.push(event),
    ...provider,
  })
  return { ...view, shown, events }
}

/** The same options in each of the three hooks that hold a connection. */
const hooks = {
  useSocket: (options: object) => useSocket({ url: '/x', ...options }),
  useServerEvents: (options: object) => useServerEvents({ url: '/x', ...options }),
  useLongPoll: (options: object) => useLongPoll({ url: '/x', ...options }),
}

describe.each(Object.entries(hooks))('%s', (_name, use) => {
  test('names the url function that threw, and tries again', async () => {
    const url = vi.fn(() => {
      throw new Error('no room')
    })
    const { shown } = show(() => use({ id: 'a', url }), { getToken: () => 'secret' })
    await waitFor(() => expect(shown.error?.message).toMatch(/"url"/), patient)
    expect(shown.error?.message).not.toMatch(/getToken/)
    await waitFor(() => expect(url.mock.calls.length).toBeGreaterThan(1), patient)
  })

  test('names the url function that does not settle', async () => {
    const { shown } = show(() => use({ id: 'a', url: () => new Promise(() => undefined) }), {
      ...IMPATIENT,
      getToken: () => 'secret',
    })
    await waitFor(() => expect(shown.error?.message).toMatch(/"url"/), patient)
    expect(shown.error?.message).not.toMatch(/getToken/)
  })

  test('names a getToken that throws or does not settle', async () => {
    const thrown = show(() => use({}), { getToken: () => Promise.reject(new Error('down')) })
    await waitFor(() => expect(thrown.shown.error?.message).toMatch(/getToken failed/), patient)
    const hanging = show(() => use({}), {
      ...IMPATIENT,
      getToken: () => new Promise(() => undefined),
    })
    await waitFor(() => expect(hanging.shown.error?.message).toMatch(/"getToken" did not settle/), patient)
  })

  test('names an attachToken that throws or returns nothing, and shows no token', async () => {
    const throwing: AttachToken = (_request, token) => {
      throw new Error(token)
    }
    const thrown = show(() => use({ attachToken: throwing }), { getToken: () => 'secret' })
    await waitFor(() => expect(thrown.shown.error?.message).toMatch(/"attachToken" threw/), patient)
    expect(JSON.stringify(thrown.events)).not.toContain('secret')
    const empty = show(() => use({ attachToken: () => undefined }), { getToken: () => 'secret' })
    await waitFor(() => expect(empty.shown.status).toBe('failed'), patient)
    expect(empty.shown.error).toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/attachToken/),
    })
  })

  test.each([
    ['a number', 42],
    ['a boolean', true],
    ['a function', () => 'secret'],
    ['an object', { accessToken: 'secret' }],
    ['an object', { token: 42 }],
  ])('fails immediately if getToken returns %s: %o', async (kind, given) => {
    const getToken = vi.fn(() => given)
    const { shown } = show(() => use({}), { getToken: getToken as never })
    await waitFor(() => expect(shown.status).toBe('failed'), patient)
    expect(shown.error).toMatchObject({ code: 'configuration', message: expect.stringMatching(/getToken/) })
    expect(shown.error?.message).toContain(kind)
    expect(shown.error?.message).not.toContain('secret')
    expect(getToken).toHaveBeenCalledOnce()
  })

  test.each([null, undefined, 42, {}, 'http://', 'localhost:8080/x', 'mailto:a@b'])(
    'fails immediately if the url is %o, without a token or a request',
    async url => {
      const getToken = vi.fn(() => 'secret')
      const { shown } = show(() => use({ url }), { getToken })
      await waitFor(() => expect(shown.status).toBe('failed'), patient)
      expect(shown.error).toMatchObject({ code: 'configuration', message: expect.stringMatching(/"url"/) })
      expect(getToken).not.toHaveBeenCalled()
    },
  )

  test('fails immediately if the baseUrl is not a URL, and names it', async () => {
    const { shown } = show(() => use({}), { baseUrl: 'localhost:8080' })
    await waitFor(() => expect(shown.status).toBe('failed'), patient)
    expect(shown.error).toMatchObject({ code: 'configuration', message: expect.stringMatching(/"baseUrl"/) })
  })

  test('accepts a missing url while it is disabled', async () => {
    const { shown } = show(() => use({ url: null, enabled: false }))
    await act(() => new Promise(resolve => setTimeout(resolve, 30)))
    expect(shown).toEqual({ status: 'idle', error: null })
  })

  test('names a recovery.attach that throws', async () => {
    const recovery = {
      cursor: ({ seq }: { seq?: number }) => (seq === undefined ? undefined : { seq }),
      attach: () => {
        throw new Error('no')
      },
    }
    const sockets = await startSocketServer(socket => {
      socket.send(JSON.stringify({ type: 'a', response: 1, seq: 1 }))
      setTimeout(() => socket.close(1012), 20)
    })
    const server = await startServer((response, request) => {
      const data = JSON.stringify({ type: 'a', response: 1, seq: 1 })
      const isPoll = request.headers.accept !== 'text/event-stream'
      if (isPoll && server.requests.length > 1) return response.writeHead(503).end()
      response.setHeader('content-type', isPoll ? 'application/json' : 'text/event-stream')
      response.end(isPoll ? data : `data: ${data}\n\n`)
    })
    const url = use === hooks.useSocket ? sockets.url : server.url
    const { shown } = show(() => use({ url, recovery }))
    await waitFor(() => expect(shown.error?.message).toMatch(/"recovery.attach" threw/), patient)
  })
})

test('usePolling names a url function that throws or does not settle, and fails immediately for an invalid url', async () => {
  const cases: [RegExp, object, RealtimeOptions][] = [
    [/"url" threw/, { url: () => Promise.reject(new Error('x')) }, {}],
    [/"url" did not settle/, { url: () => new Promise(() => undefined), timeout: 50 }, {}],
    [/"getToken" did not settle/, { timeout: 50 }, { getToken: () => new Promise(() => undefined) }],
    [/getToken failed/, {}, { getToken: () => Promise.reject(new Error('x')) }],
    [/getToken returned a number/, {}, { getToken: (() => 42) as never }],
    [/"attachToken" threw/, { attachToken: () => [].at(0)!['url'] }, { getToken: () => 'secret' }],
    [/"url" must be/, { url: null }, {}],
    [/"url" .*http/, { url: 'localhost:8080/x' }, {}],
  ]
  for (const [message, options, provider] of cases) {
    const { shown, unmount } = show(() => {
      const { status, error } = usePolling({ url: '/x', queryKey: ['a'], interval: 10_000, ...options })
      return { status, error } as unknown as Shown
    }, provider)
    await waitFor(() => expect(shown.error?.message).toMatch(message), patient)
    unmount()
  }
})

describe('a token and the origin of the final request', () => {
  const json = { 'content-type': 'application/json' }

  test('a long poll whose cursor names the next URL sends no token to an untrusted origin', async () => {
    const foreign = await startServer(response => response.writeHead(200, json).end('1'))
    const home = await startServer(response =>
      response.writeHead(200, json).end(JSON.stringify({ next: foreign.url })),
    )
    const cursor: CursorStrategy<string> = {
      read: (_response, body) => (JSON.parse(body) as { next: string }).next,
      attach: (request, next) => ({ ...request, url: next }),
    }
    const { shown } = show(() => useLongPoll({ url: home.url, cursor }), {
      baseUrl: home.url,
      getToken: () => 'secret',
    })
    await waitFor(() => expect(shown.status).toBe('failed'), patient)
    expect(shown.error?.name).toBe('UntrustedOriginError')
    expect(foreign.requests).toHaveLength(0)
  })

  test('a cursor may name another origin if there is no token', async () => {
    const foreign = await startServer(response => response.writeHead(200, json).end('{"next":null}'))
    const home = await startServer(response =>
      response.writeHead(200, json).end(JSON.stringify({ next: foreign.url })),
    )
    const cursor: CursorStrategy<string> = {
      read: (_response, body) => (JSON.parse(body) as { next: string | null }).next ?? undefined,
      attach: (request, next) => ({ ...request, url: next }),
    }
    show(() => useLongPoll({ url: home.url, cursor }), { baseUrl: home.url })
    await waitFor(() => expect(foreign.requests.length).toBeGreaterThan(0), patient)
  })

  test.each(Object.entries({ ...hooks, usePolling: undefined }))(
    '%s sends no token to an untrusted URL from attachToken',
    async (_name, use) => {
      const foreign = await startServer(response => response.writeHead(200, json).end('1'))
      const sockets = await startSocketServer(() => undefined)
      const attachToken: AttachToken = (request, token) => {
        const url = new URL(use === hooks.useSocket ? sockets.url : foreign.url)
        url.searchParams.set('token', token)
        return { ...request, url: url.href }
      }
      const usePoll = () => {
        const { status, error } = usePolling({ url: '/x', interval: 20, attachToken })
        return { status, error } as unknown as Shown
      }
      const { shown } = show(() => (use ? use({ attachToken }) : usePoll()), { getToken: () => 'secret' })
      await waitFor(() => expect(shown.error?.name).toBe('UntrustedOriginError'), patient)
      expect([foreign.requests.length, sockets.sockets.length]).toEqual([0, 0])
    },
  )

  test('an error names the cursor that cannot be attached, whichever function threw', async () => {
    const home = await startServer(response => response.writeHead(200, { ...json, etag: '"1"' }).end('1'))
    const cursor: CursorStrategy<string> = {
      read: () => 'a',
      attach: () => {
        throw new Error('no')
      },
    }
    const { shown } = show(() => useLongPoll({ url: home.url, cursor }), { baseUrl: home.url })
    await waitFor(() => expect(shown.error?.message).toMatch(/"cursor.attach" threw/), patient)
  })

  test('an error names attachCursor if it throws or returns no request', async () => {
    const fail = () => {
      throw new Error('no')
    }
    for (const [attachCursor, text] of [
      [fail, /"attachCursor" threw/],
      [() => ({}) as never, /"attachCursor" returned no request/],
    ] as const) {
      const options = { url: '/events', baseUrl: 'http://127.0.0.1:9', lastEventId: '1', attachCursor }
      const { shown } = show(() => useServerEvents(options), { baseUrl: options.baseUrl })
      await waitFor(() => expect(shown.error?.message).toMatch(text), patient)
    }
  })
})
