import { expect, it } from 'vitest'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()
const frame = (symbol: unknown, subscribe: boolean) => ({ type: 'ticker', params: { symbol }, subscribe })

async function openTicker() {
  const { get, socket, publish } = await server.channel()
  const held = async () => ((await (await get('/subscriptions')).json()) as { held: number }).held
  const open = async () => {
    const opened = socket('/socket?log=0')
    expect((await opened.take()).type).toBe('welcome')
    return opened
  }
  return { held, open, publish }
}

it('sends a socket its own symbols, the current price first, until it unsubscribes', async () => {
  const { held, open, publish } = await openTicker()
  const [first, second] = [await open(), await open()]
  first.send(frame('BTC', true))
  second.send(frame('ETH', true))
  expect(await first.take()).toMatchObject({ type: 'ticker', params: { symbol: 'BTC' } })
  expect(await first.take()).toMatchObject([{ type: 'ticker', params: { symbol: 'BTC' } }])
  expect(await second.take()).toMatchObject({ type: 'ticker', params: { symbol: 'ETH' } })
  expect(await second.take()).toMatchObject([{ type: 'ticker', params: { symbol: 'ETH' } }])
  expect(await held()).toBe(2)
  first.send([frame('BTC', false), frame('BTC', false)])
  await expect.poll(held).toBe(1)
  first.inbox.rest()
  await publish('left out by ?log=0')
  await new Promise(resolve => setTimeout(resolve, 1_000))
  expect(first.inbox.rest()).toEqual([])
})

it('forgets the subscriptions of a socket that closes', async () => {
  const { held, open } = await openTicker()
  const { send, ws } = await open()
  send(['AB', 'CD', 'EF'].map(symbol => frame(symbol, true)))
  await expect.poll(held).toBe(3)
  ws.terminate()
  await expect.poll(held).toBe(0)
})

it('refuses what is no symbol', async () => {
  const { held, open } = await openTicker()
  const { send, take } = await open()
  send(frame('no symbol', true))
  expect(await take()).toMatchObject({ params: { symbol: 'no symbol' }, error: { code: 'not-found' } })
  expect(await held()).toBe(0)
})
