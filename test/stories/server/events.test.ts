import { describe, expect, it } from 'vitest'
import { setUpDemoServer } from './harness.ts'

const server = setUpDemoServer()

describe('/events', () => {
  it('begins with retry and the latest value of each key, of which only the last has an id', async () => {
    const { events, publish } = await server.channel()
    await publish(1, { n: 1 })
    await publish(2, { n: 1 })
    const { epoch, seq } = await publish(3, { n: 2 }, 'price')
    const stream = await events('/events')
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const one = { type: 'note', params: { n: 1 }, response: 2 }
    expect(await stream.take()).toEqual({ event: 'note', id: undefined, message: one })
    const two = { type: 'price', params: { n: 2 }, response: 3, epoch, seq }
    expect(await stream.take()).toEqual({ event: 'price', id: `${epoch}:${seq}`, message: two })
    expect(stream.retries).toEqual([1000])
  })

  it('pushes each new entry with its id', async () => {
    const { events, publish } = await server.channel()
    const stream = await events('/events')
    const { epoch, seq } = await publish('live')
    const message = { type: 'note', params: null, response: 'live', epoch, seq }
    expect(await stream.take()).toEqual({ event: 'note', id: `${epoch}:${seq}`, message })
  })

  it('resumes after Last-Event-ID with what was missed, in order', async () => {
    const { events, publish } = await server.channel()
    const { epoch, seq } = await publish('a')
    await publish('b')
    await publish('c')
    const stream = await events('/events', { headers: { 'Last-Event-ID': `${epoch}:${seq}` } })
    await publish('d')
    const got = [await stream.take(), await stream.take(), await stream.take()]
    expect(got.map(({ message }) => message.response)).toEqual(['b', 'c', 'd'])
  })

  it.each(['other:3', 'nonsense'])('starts over behind a reset when Last-Event-ID is %s', async id => {
    const { events, publish } = await server.channel()
    const head = await publish('a')
    const stream = await events('/events', { headers: { 'Last-Event-ID': id } })
    const reset = { type: 'reset', params: null, response: head }
    expect(await stream.take()).toEqual({ event: 'reset', id: undefined, message: reset })
    expect((await stream.take()).message).toMatchObject({ response: 'a', ...head })
  })

  it('gives the reset an id of its own where there is no value yet', async () => {
    const { events } = await server.channel()
    const stream = await events('/events', { headers: { 'Last-Event-ID': 'other:3' } })
    expect((await stream.take()).id).toMatch(/^\w+:0$/)
  })

  it('sends comments while there is nothing to say', async () => {
    const { events } = await server.channel()
    const stream = await events('/events?comment=10')
    expect(await stream.comments.take()).toBe('still here')
    expect(await stream.comments.take()).toBe('still here')
  })

  it('handles POST like GET', async () => {
    const { events, publish } = await server.channel()
    const stream = await events('/events', { method: 'POST', body: '{"ignored":true}' })
    await publish('x')
    expect((await stream.take()).message.response).toBe('x')
  })

  it('puts up to `batch` envelopes into one event', async () => {
    const { events, post } = await server.channel()
    await post('/feed', { batch: 2 })
    const stream = await events('/events')
    const note = (response: number, type = 'note') => ({ type, params: null, response })
    const head = await post<{ epoch: string; seq: number }>('/publish', [note(1), note(2), note(3, 'price')])
    const first = await stream.take()
    expect(first).toMatchObject({ event: 'note', id: `${head.epoch}:2`, message: [{ seq: 1 }, { seq: 2 }] })
    expect(await stream.take()).toMatchObject({ event: 'price', message: [{ response: 3 }] })
  })
})
