import { screen, waitFor } from '@testing-library/react'
import { cursorInQuery, type Message, socketOptions, useSocket } from 'react-query-realtime'
import { expect, test, vi } from 'vitest'
import { allowConsole } from '../support/consoleGuard.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const patient = { timeout: 10_000 }

type Options = Parameters<typeof useSocket>[0]

async function openPage(options: Options) {
  const page = await open({ reconnect: { minDelay: 20, maxDelay: 50 } })
  function Light() {
    return <i role="status">{useSocket(options).status}</i>
  }
  page.render(<Light />)
  const kinds = () => page.events.map(({ kind }) => kind)
  return { ...page, kinds }
}

test('a resumed message with a sequence number is not a gap, and onMessage receives it', async () => {
  let opened = 0
  const server = await startSocketServer((socket, { url }) => {
    const say = (type: string, seq: number) => socket.send(JSON.stringify({ type, response: seq, seq }))
    if (++opened === 1) {
      say('price', 5)
      setTimeout(() => socket.terminate(), 50)
      return
    }
    expect(url).toContain('seq=5')
    ;['welcome', 'price', 'price'].forEach((type, index) => say(type, 6 + index))
  })
  const heard: unknown[] = []
  const page = await openPage(
    socketOptions({
      url: server.url,
      on: {
        price: ({ response }, cache) =>
          cache.setQueryData(['prices'], (list: unknown) => [
            ...((list as unknown[] | undefined) ?? []),
            response,
          ]),
      },
      onMessage: ({ type, seq }) => heard.push(`${type} ${seq}`),
      recovery: {
        cursor: ({ seq }) => (seq === undefined ? undefined : { seq }),
        attach: cursorInQuery(),
        resumed: ({ type }) => (type === 'welcome' ? true : undefined),
      },
    }),
  )
  await waitFor(() => expect(page.queryClient.getQueryData(['prices'])).toEqual([5, 7, 8]), patient)
  expect(heard).toEqual(['price 5', 'welcome 6', 'price 7', 'price 8'])
  // Longer than a gap's refetches are spread.
  await new Promise(resolve => setTimeout(resolve, 1_200))
  expect(page.kinds()).not.toContain('gap')
})

test('an error that replies to no request goes to on.error, even with declared types, and is not written', async () => {
  const server = await startSocketServer(socket => {
    socket.send(JSON.stringify({ type: 'price', params: { symbol: 'BTC' }, error: { code: 'halted' } }))
    socket.send('{"type":"price","params":{"symbol":"BTC"},"error":null,"__proto__":{"polluted":true}}')
  })
  const failed = vi.fn<(message: Message) => void>()
  const page = await openPage(socketOptions({ url: server.url, on: { error: failed, price: vi.fn() } }))
  await waitFor(() => expect(failed).toHaveBeenCalledTimes(2), patient)
  expect(failed.mock.calls.map(([{ type, error }]) => [type, error])).toEqual([
    ['price', { code: 'halted' }],
    ['price', null],
  ])
  expect([page.queryClient.getQueryCache().getAll(), page.kinds().includes('unknown-type')]).toEqual([
    [],
    false,
  ])
})

test('an async parse logs what is wrong and writes nothing, and the connection stays open', async () => {
  allowConsole(/"parse" returned a promise/)
  const warn = vi.spyOn(console, 'warn')
  const server = await startSocketServer(socket => socket.send('{"type":"price","response":1}'))
  const page = await openPage({ url: server.url, parse: data => Promise.resolve(JSON.parse(data as string)) })
  await waitFor(
    () => expect(warn).toHaveBeenCalledWith(expect.stringContaining('"parse" returned a promise')),
    patient,
  )
  warn.mockRestore()
  expect(screen.getByRole('status').textContent).toBe('open')
  expect(page.queryClient.getQueryCache().getAll()).toEqual([])
  expect(page.events).toContainEqual(expect.objectContaining({ kind: 'bad-message', reason: 'promise' }))
})
