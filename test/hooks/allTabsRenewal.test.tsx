import { type GetToken, tokenInQuery, useSocket } from 'react-query-realtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'

function Use({ url }: { url: string }) {
  return <i>{useSocket({ url }).status}</i>
}

/** The timers of the page fire after a minute at the earliest, as in a page that has been hidden for long. */
function throttlePage() {
  const { setTimeout } = globalThis
  const late = (call: () => void, delay = 0) => setTimeout(call, delay > 100 ? 60_000 : delay)
  vi.stubGlobal('setTimeout', late)
  onTestFinished(() => void vi.unstubAllGlobals())
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    setTimeout: (call: () => void, delay: number) => setTimeout(call, delay),
    clearTimeout: (timer: ReturnType<typeof setTimeout> | undefined) => clearTimeout(timer),
  }
}

test('a page whose timers are late renews the token of a shared socket in time, because the worker wakes it (T18)', async () => {
  const received: string[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', (data: Buffer) => received.push(String(data))),
  )
  const openTab = setUpHostedTabs({ clock: throttlePage() })
  let issued = 0
  const getToken: GetToken = () => ({ token: `t${++issued}`, expiresIn: 1_200 })
  const tab = openTab(<Use url={server.url} />, {
    ...{ getToken, reauthenticate: token => token, trustedOrigins: [server.url] },
    attachToken: tokenInQuery(),
  })
  await until(() => expect(tab.container.textContent).toBe('open'))
  await until(() => expect(received.slice(0, 2)).toEqual(['t2', 't3']), 10_000)
  expect(server.sockets).toHaveLength(1)
})
