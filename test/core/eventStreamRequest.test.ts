import { describe, expect, test, vi } from 'vitest'
import type { FetchLike } from '../../src/core/transport.ts'
import { connect, createTransport, head, stream } from '../support/eventStream.ts'
import { describeBothWays } from '../support/httpWays.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'

describeBothWays('an event stream', () => {
  describe('the request', () => {
    test('accepts an event stream, is not cached, and has no Last-Event-ID before there is one', async () => {
      const { requests, sink } = await connect(stream(), {
        request: { headers: { authorization: 'Bearer t' } },
      })
      await sink.untilFailed()
      expect(requests[0]?.headers).toMatchObject({
        accept: 'text/event-stream',
        authorization: 'Bearer t',
        'cache-control': 'no-cache',
      })
      expect(requests[0]?.headers).not.toHaveProperty('last-event-id')
    })

    test('carries the method and body of its options', async () => {
      let body = ''
      const { requests, sink } = await connect(
        async (response, request) => {
          for await (const chunk of request) body += String(chunk)
          head(response).end()
        },
        { method: 'POST', body: '{"query":1}' },
      )
      await sink.untilFailed()
      expect([requests[0]?.method, body]).toEqual(['POST', '{"query":1}'])
    })

    test('uses no-store and same-origin credentials by default, and follows redirects', async () => {
      const fetch = vi.fn<FetchLike>(() => Promise.reject(new Error('offline')))
      createTransport({ fetch }).open(requestOf('http://a/'), new RecordingSink())
      createTransport({ fetch, credentials: 'include' }).open(
        requestOf('http://a/', { redirect: 'error' }),
        new RecordingSink(),
      )
      await until(() => expect(fetch).toHaveBeenCalledTimes(2))
      expect(fetch.mock.calls[0]?.[1]).toMatchObject({ cache: 'no-store', redirect: 'follow' })
      expect(fetch.mock.calls[0]?.[1].credentials ?? 'same-origin').toBe('same-origin')
      expect(fetch.mock.calls[1]?.[1]).toMatchObject({ credentials: 'include', redirect: 'error' })
    })

    test('of a later attempt carries the last id as UTF-8, and is resumed', async () => {
      const { requests, sink, open, transport } = await connect(stream('id: grüße-☃\ndata: 1\n\n'))
      await sink.untilFailed()
      expect(transport.cursor?.()).toBe('grüße-☃')
      open()
      await sink.untilMessages(2)
      const sent = requests[1]?.headers['last-event-id'] as string
      expect(Buffer.from(sent, 'latin1').toString('utf8')).toBe('grüße-☃')
      expect(sink.calls.filter(({ call }) => call === 'opened')).toEqual([
        { call: 'opened', resumed: false },
        { call: 'opened', resumed: true },
      ])
    })

    test('sends an id longer than 128 bytes or containing "<" as it is (S24)', async () => {
      const lastEventId = `<${'x'.repeat(300)}>`
      const { requests, sink } = await connect(stream(), { lastEventId })
      await sink.untilFailed()
      expect(requests[0]?.headers['last-event-id']).toBe(lastEventId)
    })

    test('does not send a dropped cursor', async () => {
      const { requests, sink, open, transport } = await connect(stream('id: 7\ndata: 1\n\n'), {
        lastEventId: '6',
      })
      await sink.untilFailed()
      transport.dropCursor?.()
      expect(transport.cursor?.()).toBeUndefined()
      open()
      await until(() => expect(requests).toHaveLength(2))
      expect(requests[1]?.headers).not.toHaveProperty('last-event-id')
    })
  })
})
