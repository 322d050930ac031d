import { describe, expect, test, vi } from 'vitest'
import { clock, connect, createTransport, openStream, stream } from '../support/eventStream.ts'
import { describeBothWays } from '../support/httpWays.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'

describeBothWays('an event stream', isShared => {
  describe('in an event stream', () => {
    test('the head of the response and every part of its body count as signs of life, even comments', async () => {
      const parts = [':\n', ': ping\n\n', 'event: ping\n\n'].map(text => Buffer.from(text))
      const body = new ReadableStream({
        pull: controller => (parts.length ? controller.enqueue(parts.shift()) : controller.close()),
      })
      const sink = new RecordingSink()
      const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      createTransport({ fetch: () => Promise.resolve(response) }).open(requestOf('http://a/'), sink)
      await sink.untilFailed()
      expect([sink.names, sink.aliveCount]).toEqual([['opened', 'failed'], 4])
    })

    test('one byte at a time gives the same events as all at once', async () => {
      const bytes = Buffer.from(
        '\uFEFF: hi\r\nevent: Grüße\r\nid: ☃\r\ndata: a\r\ndata: 𝄞\r\n\r\ndata: b\r\r',
      )
      const { sink, transport } = await connect(stream(...Array.from(bytes, byte => Uint8Array.of(byte))))
      await sink.untilFailed()
      const found = sink.calls.flatMap(call =>
        call.call === 'message' ? [[call.data, call.meta.type, call.meta.id]] : [],
      )
      expect(found).toEqual([
        ['a\n𝄞', 'Grüße', '☃'],
        ['b', 'message', undefined],
      ])
      expect(transport.cursor?.()).toBe('☃')
    })

    test('an empty id resets the cursor', async () => {
      const { sink, transport } = await connect(stream('id: 1\ndata: 1\n\n', 'id:\ndata: 2\n\n'))
      await sink.untilFailed()
      expect(sink.messages).toEqual(['1', '2'])
      expect(transport.cursor?.()).toBeUndefined()
    })

    test('retry: sets a floor between 250 ms and 5 min (S17)', async () => {
      const { sink } = await connect(
        stream('retry: 0\nretry: 3000\n', 'retry: 99999999999\nretry: 1s\nretry\n'),
      )
      await sink.untilFailed()
      expect(sink.calls.slice(1, -1)).toEqual(
        [250, 3_000, 300_000].map(delay => ({ call: 'retryFloor', delay })),
      )
    })

    test('an event over maxMessageBytes is reported and fails the attempt, whole or unfinished', async () => {
      const small = { maxMessageBytes: 100 }
      for (const text of [
        `data: ${'x'.repeat(101)}\n\n`,
        `data: ${'x'.repeat(120)}`,
        `data: ${'é'.repeat(51)}\n\n`,
      ]) {
        const { sink, transport } = await connect(
          openStream('id: 1\ndata: ok\n\n', text, 'data: late\n\n'),
          small,
        )
        expect(await sink.untilFailed()).toEqual({ kind: 'body' })
        expect(sink.names).toEqual(['opened', 'message', 'oversized', 'failed'])
        expect(transport.cursor?.()).toBe('1')
      }
    })

    test.skipIf(isShared)('a line that never ends is bounded (S27)', async () => {
      const { sink } = await connect(openStream('data: ', 'x'.repeat(60), 'x'.repeat(60)), {
        maxMessageBytes: 100,
      })
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
    })

    test.skipIf(isShared)('many unfinished lines are bounded, too', async () => {
      const lines = Array.from({ length: 30 }, () => `data: ${'x'.repeat(9)}\n`)
      const { sink } = await connect(openStream(...lines), { maxMessageBytes: 100 })
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
    })

    test('comments without a blank line do not accumulate', async () => {
      const { sink } = await connect(stream(':ping\n'.repeat(100), 'data: 1\n\n'), { maxMessageBytes: 100 })
      expect(await sink.untilFailed()).toEqual({ kind: 'ended' })
      expect(sink.messages).toEqual(['1'])
    })

    test('an event of exactly maxMessageBytes passes, even in two parts', async () => {
      const data = 'x'.repeat(100)
      const { sink } = await connect(stream(`data: ${data}`, '\n\n'), { maxMessageBytes: 100 })
      await sink.untilFailed()
      expect(sink.messages).toEqual([data])
    })
  })

  describe('close', () => {
    test('ends the request at once, and nothing more reaches the sink', async () => {
      let broken = false
      const { sink, attempt } = await connect(async response => {
        response.on('close', () => (broken = true))
        await openStream('data: 1\n\n')(response, response.req, 0)
      })
      await sink.untilMessages(1)
      attempt.close()
      await until(() => expect(broken).toBe(true))
      expect(sink.names).toEqual(['opened', 'message'])
      expect(clock.pending).toBe(0)
    })

    test('during a message drops the rest of the same bytes, which move no cursor', async () => {
      const { sink, attempt, transport } = await connect(
        openStream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\n\n'),
      )
      sink.accepts = () => {
        attempt.close()
        return true
      }
      await sink.untilMessages(1)
      expect([sink.messages, transport.cursor?.()]).toEqual([['1'], '1'])
    })

    test.skipIf(isShared)('drops a later response unread, even if fetch ignores its signal', async () => {
      let answerNow: (response: Response) => void = () => {}
      const cancel = vi.fn()
      const sink = new RecordingSink()
      const transport = createTransport({ fetch: () => new Promise(resolve => (answerNow = resolve)) })
      transport.open(requestOf('http://a/'), sink).close()
      answerNow(
        new Response(new ReadableStream({ cancel }), { headers: { 'content-type': 'text/event-stream' } }),
      )
      await until(() => expect(cancel).toHaveBeenCalledOnce())
      expect(sink.calls).toEqual([])
    })
  })
})
