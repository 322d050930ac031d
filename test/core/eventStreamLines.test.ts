import { describe, expect, test } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import { writeParts } from '../support/httpServer.ts'
import type { Answer } from '../support/httpServer.ts'
import { connect, createTransport, head, openStream, stream } from '../support/eventStream.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'

const lines = { framing: 'lines' } as const
const ndjson =
  (...parts: string[]): Answer =>
  async response => {
    await writeParts(head(response, 'application/x-ndjson'), parts)
    response.end()
  }

describeBothWays('a stream of lines', isShared => {
  describe('a stream of lines', () => {
    test('gives each line to the sink, without a type, with the status and headers of its response', async () => {
      const { sink } = await connect(ndjson('{"a":1}\n{"a"', ':2}\r\n', '\n', '{"a":3}'), lines)
      expect(await sink.untilFailed()).toEqual({ kind: 'ended' })
      expect(sink.messages).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
      const metas = sink.calls.flatMap(call => (call.call === 'message' ? [call.meta] : []))
      for (const { type, id, status, headers } of metas) {
        expect([type, id, status, headers?.get('content-type')]).toEqual([
          undefined,
          undefined,
          200,
          'application/x-ndjson',
        ])
      }
    })

    test('counts an empty line and the head of the response as signs of life', async () => {
      const parts = ['\n', '\r\n', ' \n'].map(text => Buffer.from(text))
      const body = new ReadableStream({
        pull: controller => (parts.length ? controller.enqueue(parts.shift()) : controller.close()),
      })
      const sink = new RecordingSink()
      const fetch = () => Promise.resolve(new Response(body))
      createTransport({ fetch, ...lines }).open(requestOf('http://a/'), sink)
      await sink.untilFailed()
      expect([sink.names, sink.aliveCount]).toEqual([['opened', 'failed'], 4])
    })

    test.each(['application/json', 'text/plain', 'application/json;stream=watch', 'text/event-stream'])(
      'may have the content type %s',
      async contentType => {
        const { sink } = await connect(response => head(response, contentType).end('1'), lines)
        await sink.untilFailed()
        expect(sink.messages).toEqual(['1'])
      },
    )

    test('may have no content type', async () => {
      const { sink } = await connect(response => response.writeHead(200).end('1\n'), lines)
      await sink.untilFailed()
      expect(sink.messages).toEqual(['1'])
    })

    test('is not an HTML page', async () => {
      const { sink } = await connect(response => head(response, 'text/html').end('1\n'), lines)
      expect(await sink.untilFailed()).toEqual({ kind: 'content-type', contentType: 'text/html' })
      expect(sink.names).toEqual(['failed'])
    })

    test('drops its last line if the connection breaks inside it', async () => {
      const { sink } = await connect(async response => {
        await writeParts(head(response), ['1\n', '2'])
        response.socket?.resetAndDestroy()
      }, lines)
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect(sink.messages).toEqual(['1'])
    })

    test('drops its last line if the body is shorter than its Content-Length', async () => {
      const { sink } = await connect(response => {
        response.writeHead(200, { 'content-length': 10 }).write('1\n23')
        setTimeout(() => response.socket?.end(), 20)
      }, lines)
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect(sink.messages).toEqual(['1'])
    })

    test.skipIf(isShared)('fails, with the line reported, at a line over maxMessageBytes', async () => {
      const { sink } = await connect(openStream('1\n', 'x'.repeat(101)), { ...lines, maxMessageBytes: 99 })
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
      expect(sink.names).toEqual(['opened', 'message', 'oversized', 'failed'])
    })

    test('sends no Last-Event-ID, asks for no content type, and is not resumed', async () => {
      const { sink, requests, open, transport } = await connect(stream('id: 1\n', '2\n'), {
        ...lines,
        lastEventId: '7',
      })
      await sink.untilFailed()
      open()
      await until(() => expect(requests).toHaveLength(2))
      for (const { headers } of requests) {
        expect([headers['last-event-id'], headers.accept]).toEqual([undefined, '*/*'])
      }
      expect(transport.cursor?.()).toBeUndefined()
      expect(sink.calls[0]).toEqual({ call: 'opened', resumed: false })
    })

    test('delivers nothing more once the attempt was closed in the middle of a part', async () => {
      const { sink, attempt } = await connect(openStream('1\n2\n3\n'), lines)
      sink.accepts = () => {
        attempt.close()
        return true
      }
      await sink.untilMessages(1)
      await new Promise(resolve => setTimeout(resolve, 30))
      expect([sink.messages, sink.failure]).toEqual([['1'], undefined])
    })
  })
})
