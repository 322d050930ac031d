import { createServer } from 'node:http'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { EventPrice, Price, Providers, Ticks } from '../../../docs/code/moving.tsx'
import { Price as AhooksPrice } from '../../../docs/code/movingAhooks.tsx'
import { Price as HandPrice } from '../../../docs/code/movingByHand.tsx'
import { Price as ReactUseWebsocketPrice } from '../../../docs/code/movingReactUseWebsocket.tsx'
import { createMovingServer } from '../../../docs/code/movingServer.ts'
import { Price as SocketIoPrice } from '../../../docs/code/movingSocketIo.tsx'
import { addPlainSocket } from '../../../docs/code/movingSocketIoServer.ts'
import { Price as SwrPrice } from '../../../docs/code/movingSwr.tsx'
import { allowConsole } from '../../support/consoleGuard.ts'
import { countRequests, listen, openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const shows = (text: string) => screen.findByText(text, undefined, patient)

const before = {
  'react-use-websocket': [ReactUseWebsocketPrice, 'OPEN'],
  ahooks: [AhooksPrice, '1'],
  'a WebSocket by hand': [HandPrice, 'open'],
} as const

test.each(Object.entries(before))(
  'the code with %s shows a price and each push, and orders',
  async (_name, [Before, open]) => {
    // The socket that StrictMode opens first is closed before it is open.
    allowConsole(/closed before the connection/)
    const { server, orders, setPrice } = createMovingServer()
    const { url } = await listen(server)
    render(<Before url={`${url.replace('http', 'ws')}/socket`} symbol="BTC" />)
    await shows(`BTC 42 ${open}`)
    setPrice('BTC', 43)
    fireEvent.click(await shows(`BTC 43 ${open}`))
    await waitFor(() => expect(orders).toEqual([{ kind: 'order', item: 'BTC' }]), patient)
  },
)

test('the code with SWR shows a price and each push', async () => {
  const { server, setPrice } = createMovingServer()
  const { url } = await listen(server)
  render(<SwrPrice url={`${url.replace('http', 'ws')}/socket`} symbol="BTC" />)
  await shows('BTC 42')
  setPrice('BTC', 43)
  await shows('BTC 43')
})

test('the code after shows a price and each push, and orders, over one socket and with the format of the server', async () => {
  const { server, orders, setPrice } = createMovingServer()
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(
    <>
      <Price symbol="BTC" />
      <Price symbol="ETH" />
      <Ticks />
    </>,
  )
  await shows('BTC 42 open')
  await shows('ETH 7 open')
  setPrice('BTC', 43)
  fireEvent.click(await shows('BTC 43 open'))
  await waitFor(() => expect(orders).toEqual([{ kind: 'order', item: 'BTC' }]), patient)
  expect(requests).toEqual(['GET /socket'])
})

test('the code after keeps a list of what came', async () => {
  const { server, setPrice } = createMovingServer()
  const page = await openPage(server)
  page.render(<Ticks />)
  await shows('42 7')
  setPrice('BTC', 43)
  await shows('42 7 43')
})

test('the code after works under its own providers', async () => {
  const { server } = createMovingServer()
  const { url } = await listen(server)
  render(
    <StrictMode>
      <Providers baseUrl={url}>
        <Price symbol="BTC" />
      </Providers>
    </StrictMode>,
  )
  await shows('BTC 42 open')
})

test('the code after reconnects after a drop, and then sends what was ordered meanwhile', async () => {
  const { server, orders, setPrice } = createMovingServer()
  const page = await openPage(server)
  page.render(<Price symbol="BTC" />)
  await shows('BTC 42 open')
  await page.goDown()
  fireEvent.click(await shows('BTC 42 reconnecting'))
  setPrice('BTC', 50)
  await page.comeBack()
  await shows('BTC 50 open')
  await waitFor(() => expect(orders).toEqual([{ kind: 'order', item: 'BTC' }]), patient)
})

test('the code after shows Server-Sent Events, and reconnects when the stream breaks', async () => {
  const { server, setPrice } = createMovingServer()
  const page = await openPage(server)
  page.render(<EventPrice symbol="ETH" />)
  await shows('ETH 7 open')
  setPrice('ETH', 8)
  await shows('ETH 8 open')
  await page.goDown()
  await shows('ETH 8 reconnecting')
  setPrice('ETH', 9)
  await page.comeBack()
  await shows('ETH 9 open')
})

test('a plain socket next to Socket.IO serves requests and pushes, and leaves the other path alone', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => undefined)
  onTestFinished(() => info.mockRestore())
  const server = createServer()
  const others: string[] = []
  server.on('upgrade', ({ url = '' }, stream) => {
    if (!url.startsWith('/socket.io/')) return
    others.push(url)
    stream.end('HTTP/1.1 426 Other\r\nConnection: close\r\n\r\n')
  })
  const plain = addPlainSocket(server, '/plain', {
    price: () => ({ last: 42 }),
    order: ({ symbol }: { symbol: string }) => ({ id: `${symbol}-1` }),
  })
  const page = await openPage(server)
  page.render(<SocketIoPrice symbol="BTC" />)
  await shows('BTC 42 open')
  plain.emit('price', { symbol: 'BTC' }, { last: 43 })
  fireEvent.click(await shows('BTC 43 open'))
  await waitFor(() => expect(info).toHaveBeenCalledWith('ordered: BTC-1'), patient)

  const failure = await new Promise<Error>(resolve => {
    new WebSocket(`${page.url.replace('http', 'ws')}/socket.io/?EIO=4`).on('error', resolve)
  })
  expect(failure.message).toContain('426')
  expect(others).toEqual(['/socket.io/?EIO=4'])
})
