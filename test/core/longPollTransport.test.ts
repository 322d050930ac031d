import { describe, expect, test, vi } from 'vitest'
import { describeBothWays } from '../support/httpWays.ts'
import type { CursorStrategy } from '../../src/core/cursors.ts'
import { startServer } from '../support/httpServer.ts'
import { requestOf } from '../support/recordingSink.ts'
import {
  CURSOR,
  JSON_TYPE,
  NONE,
  PAIR,
  first,
  json,
  status,
  openPoll,
  poll,
  sentValidators,
} from '../support/longPoll.ts'
import { until } from '../support/until.ts'

describeBothWays('a long poll', () => {
  describe('a 200', () => {
    test('is delivered as text, and the next request carries its cursor', async () => {
      const { sink, requests } = await poll([first, json('[2]', { etag: '"2"' })])
      await sink.untilMessages(2)
      await until(() => expect(requests).toHaveLength(3))
      const meta = { status: 200, headers: expect.any(Headers) }
      expect(sink.calls).toEqual([
        { call: 'opened', resumed: false },
        { call: 'message', data: '1', meta },
        { call: 'message', data: '[2]', meta },
      ])
      expect(sentValidators(requests)).toEqual([NONE, PAIR, ['"2"', undefined]])
    })

    test('is followed by a request built again, with the current token', async () => {
      let token = 0
      const again = () =>
        Promise.resolve(requestOf(url, { headers: { authorization: `t${++token}` }, rebuild: again }))
      const { url, requests } = await startServer((response, request, index) =>
        index < 2 ? first(response, request, index) : undefined,
      )
      openPoll(url, { request: { headers: { authorization: 't0' }, rebuild: again } })
      await until(() =>
        expect(requests.map(({ headers }) => headers.authorization)).toEqual(['t0', 't1', 't2']),
      )
    })

    test('is a sign of life with each part of its body', async () => {
      const parts = ['[', '1', ']']
      const { sink } = await poll([
        async response => {
          response.writeHead(200, JSON_TYPE).flushHeaders()
          for (const [index, part] of parts.entries()) {
            await until(() => expect(sink.aliveCount).toBe(index + 1))
            response.write(part)
          }
          response.end()
        },
      ])
      await sink.untilMessages(1)
      expect([sink.messages, sink.aliveCount]).toEqual([['[1]'], 1 + parts.length])
    })

    test('with a body cut short delivers nothing and keeps the cursor (L6)', async () => {
      const { sink, transport } = await poll([
        first,
        response => {
          response.writeHead(200, { ...JSON_TYPE, etag: '"2"', 'content-length': '100' }).write('{"half":')
          setTimeout(() => response.destroy(), 20)
        },
      ])
      expect(await sink.untilFailed()).toEqual({ kind: 'network' })
      expect([sink.messages, transport.cursor?.()]).toEqual([['1'], CURSOR])
    })

    test('whose body does not parse fails the attempt and keeps the cursor (L7)', async () => {
      const { sink, transport } = await poll([first, json('{"half":', { etag: '"2"' })])
      sink.accepts = data => data === '1'
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
      expect(transport.cursor?.()).toEqual(CURSOR)
    })

    test('that is an HTML page delivers nothing and keeps the cursor (L8)', async () => {
      const { sink, transport } = await poll([
        first,
        json('<html>', { 'content-type': 'Text/HTML; charset=utf-8', etag: '"2"' }),
      ])
      expect(await sink.untilFailed()).toEqual({
        kind: 'content-type',
        contentType: 'Text/HTML; charset=utf-8',
      })
      expect([sink.messages, transport.cursor?.()]).toEqual([['1'], CURSOR])
    })

    test('over maxMessageBytes is reported and given up while it is read', async () => {
      let broken = false
      const { sink } = await poll(
        [
          response => {
            response.on('close', () => (broken = true))
            response.writeHead(200, JSON_TYPE).write(`"${'x'.repeat(100)}`)
          },
        ],
        { maxMessageBytes: 100 },
      )
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
      expect(sink.names).toEqual(['opened', 'oversized', 'failed'])
      await until(() => expect(broken).toBe(true))
    })

    test('of exactly maxMessageBytes passes, with its split characters intact', async () => {
      const body = Buffer.from('"☃☃☃☃"')
      const { sink } = await poll(
        [
          response => {
            response.writeHead(200, JSON_TYPE).write(body.subarray(0, 6))
            setTimeout(() => response.end(body.subarray(6)), 20)
          },
        ],
        { maxMessageBytes: body.length },
      )
      expect(await sink.untilMessages(1)).toEqual(['"☃☃☃☃"'])
    })

    test('with an empty body and a new cursor moves the cursor and delivers no message (L17)', async () => {
      const { sink, requests, transport } = await poll([first, json('', { etag: '"2"' }), json(' \n')])
      await until(() => expect(requests).toHaveLength(4))
      expect(sentValidators(requests).map(([etag]) => etag)).toEqual([undefined, '"1"', '"2"', '"2"'])
      expect([sink.messages, sink.aliveCount]).toEqual([['1'], 5])
      expect(transport.cursor?.()).toEqual({ etag: '"2"', lastModified: null })
    })
  })

  describe('a custom cursor strategy', () => {
    const inBody: CursorStrategy<string> = {
      read: (_, body) => (JSON.parse(body) as { next: string }).next,
      attach: (request, cursor) => ({ ...request, url: `${request.url}?after=${cursor}` }),
    }

    test('reads its cursor from the body and attaches it where it wants', async () => {
      const { requests } = await poll([json('{"next":"a"}')], { cursor: inBody })
      await until(() => expect(requests.map(({ url }) => url)).toEqual(['/', '/?after=a']))
    })

    test('reads the cursor of a 204 if it has readEmpty, and keeps it if that returns undefined', async () => {
      const read = ({ headers }: { headers: Headers }) => headers.get('x-next') ?? undefined
      const { requests } = await poll(
        [status(204, { 'x-next': 'a' }), status(204), json('1', { 'x-next': 'b' })],
        {
          cursor: { ...inBody, read, readEmpty: read },
        },
      )
      await until(() =>
        expect(requests.map(({ url }) => url)).toEqual(['/', '/?after=a', '/?after=a', '/?after=b']),
      )
    })

    test('that throws makes the response unreadable and keeps its cursor', async () => {
      const { sink, transport } = await poll([json('{"next":"a"}'), json('null')], { cursor: inBody })
      expect(await sink.untilFailed()).toEqual({ kind: 'body' })
      expect(transport.cursor?.()).toBe('a')
    })

    test('is not called for a body that does not parse', async () => {
      const read = vi.fn()
      const { sink } = await poll([json('{')], { cursor: { ...inBody, read } })
      sink.accepts = () => false
      await sink.untilFailed()
      expect(read).not.toHaveBeenCalled()
    })
  })
})
