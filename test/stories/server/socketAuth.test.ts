import type { IncomingMessage } from 'node:http'
import { afterEach, expect, it, vi } from 'vitest'
import { createChannel } from '../../../stories/server/channel.ts'
import { DemoSocket } from '../../../stories/server/demoSocket.ts'
import { authenticateSocket } from '../../../stories/server/socketAuth.ts'

afterEach(() => vi.useRealTimers())

it('a socket that sends no token within 5 s is closed with 4401', () => {
  vi.useFakeTimers()
  const ws = new DemoSocket(null)
  const close = vi.spyOn(ws, 'close').mockImplementation(() => undefined)
  const onReady = vi.fn()
  const query = new URLSearchParams('auth=required')
  const req = { headers: {} } as IncomingMessage
  authenticateSocket(ws, { req, query, channel: createChannel(), client: '' }, onReady)
  vi.advanceTimersByTime(4_999)
  expect(close).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(close).toHaveBeenCalledWith(4401, expect.any(String))
  expect(onReady).not.toHaveBeenCalled()
})
