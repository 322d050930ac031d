import { act } from '@testing-library/react'
import { type ReactNode, useState } from 'react'
import { type SocketResult, useSocket } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { setUpHostedTabs } from '../support/setUpHostedTabs.tsx'
import { startSocketServer } from '../support/socketServer.ts'
import { until } from '../support/until.ts'

test('a late reply to a request of a closed connection does not settle a request of the next one', async () => {
  const frames: { id: number; type: string }[] = []
  const server = await startSocketServer(socket =>
    socket.on('message', (data: Buffer) =>
      frames.push(JSON.parse(String(data)) as { id: number; type: string }),
    ),
  )
  const openTab = setUpHostedTabs()
  let socket: SocketResult | undefined
  function Requester() {
    socket = useSocket({ url: server.url })
    return null
  }
  const keeper = openTab(<Requester />)
  await until(() => expect(socket?.status).toBe('open'))
  const wrap = (isShown: boolean) => (isShown ? <Requester /> : null)
  const tab = openTab(<Toggled wrap={wrap} />)
  await until(() => expect(socket?.status).toBe('open'))
  void socket?.request({ type: 'first' }, { timeout: 20 }).catch(() => undefined)
  await until(() => expect(frames).toHaveLength(1))
  act(() => toggle(false))
  await until(() => expect(tab.traffic.sent).toContainEqual(expect.objectContaining({ kind: 'close' })))
  act(() => toggle(true))
  await until(() => expect(socket?.status).toBe('open'))
  const reply = socket?.request({ type: 'second' })
  await until(() => expect(frames).toHaveLength(2))
  const answer = (index: number) => {
    const { id, type } = frames[index]!
    server.sockets[0]?.send(JSON.stringify({ type, re: id, response: type }))
  }
  answer(0)
  answer(1)
  expect(await reply).toBe('second')
  keeper.unmount()
})

let toggle: (isShown: boolean) => void = () => undefined
function Toggled({ wrap }: { wrap: (isShown: boolean) => ReactNode }) {
  const [isShown, setShown] = useState(true)
  toggle = setShown
  return wrap(isShown)
}
