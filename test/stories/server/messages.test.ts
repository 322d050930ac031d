import { expect, it } from 'vitest'
import type { Message, MessagePage } from '../../../stories/server/messages.ts'
import type { Cursor } from '../../../stories/server/envelope.ts'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()

async function setUpMessages() {
  const channel = await server.channel()
  const page = async (query: string) =>
    (await (await channel.get(`/messages${query}`)).json()) as MessagePage & Cursor
  const idsOf = async (query: string) => (await page(query)).items.map(({ id }) => id)
  return { ...channel, page, idsOf }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

it('GET /messages pages backwards with "older" until there is nothing older', async () => {
  const { page, idsOf } = await setUpMessages()
  expect(await page('')).toMatchObject({ older: 101, newer: null })
  expect(await idsOf('')).toEqual(range(101, 120))
  expect(await page('?before=101')).toMatchObject({ older: 81, newer: 100 })
  expect(await idsOf('?before=101')).toEqual(range(81, 100))
  expect(await page('?before=21')).toMatchObject({ older: null, newer: 20 })
})

it('"newer" returns everything after a page, however much it is', async () => {
  const { page, idsOf, post } = await setUpMessages()
  for (let count = 0; count < 30; count++)
    await post('/messages', { room: 'general', author: 'Ana', text: 'new' })
  expect(await idsOf('?after=100')).toEqual(range(101, 150))
  expect(await page('?after=150')).toMatchObject({ items: [], older: 151, newer: null, seq: 30 })
})

it('"room" and "author" select messages', async () => {
  const { page } = await setUpMessages()
  const { items, older } = await page('?room=general&author=You')
  expect(items.every(({ room, author }) => room === 'general' && author === 'You')).toBe(true)
  expect([items.length, older]).toEqual([20, null])
})

it('posts and removals are published, and an unknown id is an error', async () => {
  const { idsOf, post, socket } = await setUpMessages()
  const { take, send } = socket()
  await take()
  const message = await post<Message>('/messages', { room: 'general', author: 'Ana', text: 'Hello' })
  expect(message).toMatchObject({ id: 121, room: 'general', author: 'Ana', text: 'Hello' })
  expect(await take()).toMatchObject({ type: 'message.posted', params: null, response: message })
  const request = { type: 'message.remove', params: { id: 121 } }
  send(request)
  expect(await take()).toMatchObject({ type: 'message.removed', params: { id: 121 }, response: { id: 121 } })
  expect(await take()).toEqual({ ...request, response: { id: 121 } })
  send(request)
  expect(await take()).toMatchObject({ ...request, error: { code: 'not-found' } })
  expect((await idsOf('')).at(-1)).toBe(120)
})
