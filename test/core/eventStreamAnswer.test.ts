import { describe, expect, test } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import { writeParts } from '../support/httpServer.ts'
import { clock, connect, createTransport, head, stream, withStatus } from '../support/eventStream.ts'
import { RecordingSink, requestOf } from '../support/recordingSink.ts'
import { until } from '../support/until.ts'

describeBothWays('an event stream', () => {
  describe('in a response', () => {
    test.each([204, 401, 403, 404, 410, 500])('a %i is a failure of that status', async status => {
      const { sink } = await connect(withStatus(status))
      expect(await sink.untilFailed()).toEqual({
        kind: 'status',
        status,
        headers: expect.any(Headers) as Headers,
        retryAfter: undefined,
        hadCursor: false,
        body: status === 204 ? '' : 'x',
      })
      expect(sink.names).toEqual(['failed'])
    })

    test('a refusal says whether the request carried a cursor', async () => {
      const { sink } = await connect(withStatus(400), { lastEventId: '1' })
      expect(await sink.untilFailed()).toMatchObject({ status: 400, hadCursor: true })
    })

    test.each([
      ['7', 7_000],
      [new Date(clock.now() + 9_000).toUTCString(), 9_000],
      ['soon', undefined],
      ['9999999', 3_600_000],
    ])('a 503 or 429 with Retry-After: %s waits for it', async (header, retryAfter) => {
      for (const status of [429, 503]) {
        const { sink } = await connect(withStatus(status, { 'retry-after': header }))
        expect(await sink.untilFailed()).toMatchObject({ status, retryAfter })
      }
    })

    test('an HTML page is not a stream: nothing opens, and its body is cancelled (S7)', async () => {
      let broken = false
      const { sink } = await connect(response => {
        response.on('close', () => (broken = true))
        head(response, 'text/html; charset=utf-8').write('data: no\n\n')
      })
      expect(await sink.untilFailed()).toEqual({
        kind: 'content-type',
        contentType: 'text/html; charset=utf-8',
      })
      expect(sink.names).toEqual(['failed'])
      await until(() => expect(broken).toBe(true))
    })

    test.each(['text/event-stream;', 'text/event-stream; charset=windows-1252', 'Text/Event-Stream'])(
      'the content type "%s" is a stream, and is read as UTF-8',
      async contentType => {
        const { sink } = await connect(response => head(response, contentType).end('data: é\n\n'))
        await sink.untilFailed()
        expect(sink.messages).toEqual(['é'])
      },
    )

    test.each([301, 302, 303, 307])('a redirect by %i is followed (S9)', async status => {
      const { sink } = await connect((response, request) =>
        request.url === '/'
          ? response.writeHead(status, { location: '/there' }).end()
          : head(response).end('data: 1\n\n'),
      )
      await sink.untilFailed()
      expect(sink.messages).toEqual(['1'])
    })

    test('a redirect is an error if the request forbids it, and is not followed (S10)', async () => {
      const { sink, requests } = await connect(withStatus(302, { location: '/there' }), {
        request: { redirect: 'error', headers: { 'x-token': 'secret' } },
      })
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect(requests).toHaveLength(1)
    })

    test('an unreachable server is a network failure that quotes no URL', async () => {
      const sink = new RecordingSink()
      createTransport().open(requestOf('http://user:pass@[bad?token=secret'), sink)
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
    })

    test('each event comes with the status and headers of its response', async () => {
      const { sink } = await connect(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-model': 'm1' })
        response.end('data: 1\n\ndata: 2\n\n')
      })
      await sink.untilFailed()
      const metas = sink.calls.flatMap(call => (call.call === 'message' ? [call.meta] : []))
      expect(metas.map(({ status, headers }) => [status, headers?.get('x-model')])).toEqual([
        [200, 'm1'],
        [200, 'm1'],
      ])
    })

    test('the end of a stream has its own kind of failure', async () => {
      const { sink } = await connect(stream('data: 1\n\n'))
      expect(await sink.untilFailed()).toEqual({ kind: 'ended' })
    })

    test('a reset connection is a network failure, and events before it are kept', async () => {
      const { sink, transport } = await connect(async response => {
        await writeParts(head(response), ['id: 1\ndata: 1\n\n', 'id: 2\ndata: 2\n'])
        response.socket?.resetAndDestroy()
      })
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect([sink.messages, transport.cursor?.()]).toEqual([['1'], '1'])
    })
  })
})
