import type { Meta } from '@storybook/react-vite'
import { expect, userEvent, within } from 'storybook/test'
import {
  clickButton,
  comesBack,
  connectionFigure,
  demoIn,
  eventually,
  figure,
  findAll,
  pricesConverge,
  publishPrice,
  seesStatus,
  stopFeed,
  watchStatus,
} from '../parts/play.ts'
import * as reader from '../useSocket.stories.tsx'

export default {
  title: 'Tests/useSocket',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const ResumePrices: typeof reader.Prices = {
  ...reader.Prices,
  name: 'prices resume after a kill, and garbage changes no status',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(figure(canvas, 'Heartbeat round trip')).toMatch(/^\d+ ms$/))
    await stopFeed(demo)
    await pricesConverge(canvas, demo)

    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await publishPrice(demo, 'BTC', 12_345.67)
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)

    const seenLater = watchStatus(canvas)
    await clickButton(canvas, 'Broken JSON')
    await eventually(() => expect(connectionFigure(canvas, 'Invalid')).toBe('1'))
    await clickButton(canvas, '__proto__')
    await eventually(() => expect(connectionFigure(canvas, 'Unknown type')).toBe('1'))
    await expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    await publishPrice(demo, 'ETH', 2_345.67)
    await pricesConverge(canvas, demo)
    await expect(seenLater()).toEqual([])
  },
}

export const ReplaceFrozenConnection: typeof reader.FrozenServer = {
  ...reader.FrozenServer,
  name: 'a frozen connection is replaced after missed heartbeats',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Freeze')
    await eventually(() => expect(seen()).toContain('reconnecting'))
    await stopFeed(demo)
    await publishPrice(demo, 'BTC', 12_345.67)
    await clickButton(canvas, 'Thaw')
    await comesBack(canvas, seen)
    await pricesConverge(canvas, demo)
  },
}

export const WaitWhileDown: typeof reader.RequestAndReply = {
  ...reader.RequestAndReply,
  name: 'a request sent while the socket is down waits and resolves',
  play: async ({ canvasElement: canvas }) => {
    const view = within(canvas)
    await seesStatus(canvas, 'open')
    await clickButton(canvas, 'Send request')
    await eventually(() => expect(view.getByText('The server replied: Hello')).toBeVisible())

    const seen = watchStatus(canvas)
    await demoIn(canvas).post('/faults', { fault: 'down', ms: 60_000 })
    await eventually(() => expect(seen()).toContain('reconnecting'))
    await userEvent.type(view.getByLabelText('Text'), ' again')
    await clickButton(canvas, 'Send request')
    await expect(view.getByText('Waiting for the reply…')).toBeVisible()
    await demoIn(canvas).post('/faults', { fault: 'clear' })
    await comesBack(canvas, seen)
    await eventually(() => expect(view.getByText('The server replied: Hello again')).toBeVisible())
  },
}

export const KeepBinaryType: typeof reader.BinaryData = {
  ...reader.BinaryData,
  name: 'binary frames arrive as ArrayBuffer after a reconnect',
  play: async ({ canvasElement: canvas, args: { bytes } }) => {
    const framesAre = (count: number) =>
      eventually(() => {
        const frames = findAll(canvas, '[data-frame]').map(({ textContent }) => textContent)
        return expect(frames).toEqual(Array<string>(count).fill(`ArrayBuffer, ${bytes} bytes`))
      })
    await seesStatus(canvas, 'open')
    await clickButton(canvas, `Request ${bytes} bytes`)
    await framesAre(1)
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Kill')
    await comesBack(canvas, seen)
    await clickButton(canvas, `Request ${bytes} bytes`)
    await framesAre(2)
    await clickButton(canvas, `Send ${bytes} bytes to echo`)
    await framesAre(3)
  },
}

export const RefreshToken: typeof reader.TokenThatExpires = {
  ...reader.TokenThatExpires,
  name: 'an expired token is refreshed once, and prices stay right',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    const issued = async () => (await demo.get<{ issued: number }>('/tokens')).issued
    await seesStatus(canvas, 'open')
    await eventually(() => expect(findAll(canvas, '[data-last]').length).toBe(4))
    const before = await issued()
    const seen = watchStatus(canvas)
    await clickButton(canvas, 'Expire token')
    await comesBack(canvas, seen)
    await stopFeed(demo)
    await pricesConverge(canvas, demo)
    await expect(await issued()).toBe(before + 1)
  },
}
