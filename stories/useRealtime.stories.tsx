import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { ManyUsers } from './examples/ManyUsers.tsx'
import manyUsersCode from './examples/ManyUsers.tsx?raw'
import { ThreeConnections } from './examples/ThreeConnections.tsx'
import threeConnectionsCode from './examples/ThreeConnections.tsx?raw'
import { Card } from './parts/Card.tsx'
import { EventLog } from './parts/EventLog.tsx'
import { FaultCard } from './parts/FaultCard.tsx'
import { Playground } from './parts/Playground.tsx'
import { clickButton, connectionFigure, demoIn, eventually, figure, findAll } from './parts/play.ts'
import type { ServerView } from './parts/useServerView.ts'
import { code, describeStory } from './parts/storyDocs.ts'
import { Workbench } from './parts/Workbench.tsx'

const meta = {
  title: 'Hooks/useRealtime',
  parameters: describeStory(
    'Everything that the provider has open, for a panel or for one status light in the header, and a way to close or reconnect ' +
      'all of it.',
  ),
} satisfies Meta

export default meta

/** Three transports side by side: make one fault, and see how each of them takes it. */
export const ConnectionsAtAGlance: StoryObj<typeof ThreeConnections> = {
  parameters: code(threeConnectionsCode),
  render: () => (
    <Playground>
      <ThreeConnections />
      <FaultCard show={['kill', 'freeze', 'thaw', 'refuse', 'down', 'text', 'unknown', 'forget', 'clear']} />
      <Card title="What happened">
        <EventLog />
      </Card>
    </Playground>
  ),
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

/**
 * A hundred components name the same URL, each with an options object of its own: there is one socket. Take them away, and it
 * is closed a moment after the last one.
 */
export const OneSocketForAll: StoryObj<typeof ManyUsers> = {
  args: { components: 100 },
  argTypes: { components: { control: { type: 'range', min: 1, max: 1_000 } } },
  parameters: code(manyUsersCode),
  render: args => (
    <Workbench faults={['kill', 'down', 'freeze', 'thaw', 'clear']}>
      <ManyUsers {...args} />
    </Workbench>
  ),
  play: async ({ canvasElement: canvas, args: { components } }) => {
    const openLights = () => findAll(canvas, '.dots [data-status="open"]').length
    const sockets = async () => (await demoIn(canvas).get<ServerView>('/clients')).opened.socket
    await eventually(() => expect(openLights()).toBe(components))
    await eventually(() => expect(figure(canvas, 'Components that use it')).toBe(String(components)))
    await expect(await sockets()).toBe(1)
    await eventually(() => expect(figure(canvas, 'Sockets now')).toBe('1'))

    await clickButton(canvas, 'Take all away')
    await eventually(() => expect(figure(canvas, 'Sockets now')).toBe('0'))
    await clickButton(canvas, 'Bring all back')
    await eventually(() => expect(openLights()).toBe(components))
    await expect(await sockets()).toBe(2)
  },
}
