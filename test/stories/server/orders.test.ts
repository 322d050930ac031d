import { expect, it } from 'vitest'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()

it('GET /orders?position=1 responds with the list, the head of the log and the number of its changes', async () => {
  const { get, post, publish } = await server.channel()
  const read = async () => (await (await get('/orders?position=1')).json()) as unknown
  const before = await publish('a')
  expect(await read()).toEqual({ ...before, changes: 0, orders: [] })
  const order = await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
  const after = { ...before, seq: before.seq + 1 }
  expect(await read()).toEqual({ ...after, changes: 1, orders: [order] })
})

it('a change whose push is late is in the list before it is counted', async () => {
  const { get, post, socket } = await server.channel()
  await post('/orders', { id: 'o1', item: 'tea', quantity: 1 })
  const { take, send } = socket()
  await take()
  const change = (params: object) => send({ type: 'order.change', params: { id: 'o1', ...params } })
  const read = async () => (await (await get('/orders?position=1')).json()) as unknown
  // This push would come long after the test: however slow the read is, it is earlier.
  change({ quantity: 2, pushAfter: 60_000 })
  await take()
  expect(await read()).toMatchObject({ seq: 1, changes: 1, orders: [{ quantity: 2 }] })
  change({ quantity: 3, pushAfter: 60 })
  await take()
  expect(await take()).toMatchObject({ type: 'order.changed', seq: 2 })
  expect(await read()).toMatchObject({ seq: 2, changes: 2, orders: [{ quantity: 3 }] })
})
