import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { clickButton, connectionFigure, demoIn, eventually, figure, findAll } from '../parts/play.ts'
import type { ServerView } from '../parts/useServerView.ts'
import * as reader from '../useRealtime.stories.tsx'

export default {
  title: 'Tests/useRealtime',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

export const CloseAndReconnect: typeof reader.ConnectionsAtAGlance = {
  ...reader.ConnectionsAtAGlance,
  name: 'closeAll closes each connection, and reconnectAll opens it again',
  play: async ({ canvasElement: canvas }) => {
    const allAre = (status: string) =>
      eventually(() => {
        const statuses = findAll(canvas, '[data-transport] .status').map(light => light.dataset['status'])
        return expect(statuses).toEqual([status, status, status])
      })
    const opened = async () => (await demoIn(canvas).get<ServerView>('/clients')).opened
    await allAre('open')
    await eventually(() => expect(connectionFigure(canvas, 'Latency', 'socket')).toMatch(/ ms$/))
    for (const transport of ['socket', 'serverEvents', 'longPoll']) {
      await eventually(() => expect(connectionFigure(canvas, 'Received', transport)).not.toBe('0'))
    }
    await clickButton(canvas, 'Close all')
    await allAre('closed')
    const before = await opened()
    await clickButton(canvas, 'Reconnect all')
    await allAre('open')
    const after = await opened()
    await expect([after.socket, after.events]).toEqual([before.socket + 1, before.events + 1])
  },
}

export const ShareOneSocket: typeof reader.OneSocketForAll = {
  ...reader.OneSocketForAll,
  name: 'components share one socket, which closes after the last unmounts',
  play: async ({ canvasElement: canvas, args: { components } }) => {
    const openLights = () => findAll(canvas, '.dots [data-status="open"]').length
    const sockets = async () => (await demoIn(canvas).get<ServerView>('/clients')).opened.socket
    await eventually(() => expect(openLights()).toBe(components))
    await eventually(() => expect(figure(canvas, 'Mounted components')).toBe(String(components)))
    await expect(await sockets()).toBe(1)
    await eventually(() => expect(figure(canvas, 'Open sockets')).toBe('1'))

    await clickButton(canvas, 'Unmount all')
    await eventually(() => expect(figure(canvas, 'Open sockets')).toBe('0'))
    await clickButton(canvas, 'Mount all')
    await eventually(() => expect(openLights()).toBe(components))
    await expect(await sockets()).toBe(2)
  },
}
