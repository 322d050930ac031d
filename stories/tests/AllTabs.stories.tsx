import type { Meta } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import * as reader from '../AllTabs.stories.tsx'
import type { AllTabs } from '../allTabs/AllTabs.tsx'
import { clickButton, demoIn, eventually, figure, findAll } from '../parts/play.ts'
import type { ServerView } from '../parts/useServerView.ts'

export default {
  ...reader.default,
  title: 'Tests/AllTabs',
  tags: ['!dev', '!autodocs'],
} satisfies Meta<typeof AllTabs>

const rows = (canvas: HTMLElement) => findAll(canvas, 'tr[data-tab]')
const roles = (canvas: HTMLElement) => rows(canvas).map(({ dataset }) => dataset['role'])

/** Waits until all open tabs are open connections with these roles, over so many sockets. */
async function settles(canvas: HTMLElement, expected: readonly string[], sockets: number): Promise<void> {
  await eventually(async () => {
    await expect(roles(canvas).sort()).toEqual([...expected].sort())
    await expect(findAll(canvas, 'tr[data-tab] [data-status="open"]').length).toBe(expected.length)
    await expect(figure(canvas, 'Sockets at the server')).toBe(String(sockets))
  })
}

/** The prices that a frame shows. */
const shownIn = (frame: HTMLElement) =>
  [
    ...((frame as HTMLIFrameElement).contentDocument?.querySelectorAll<HTMLElement>('[data-symbol]') ?? []),
  ].map(({ dataset }) => dataset['last'])

async function pricesMove(canvas: HTMLElement): Promise<void> {
  for (const frame of findAll(canvas, 'iframe')) {
    const before = shownIn(frame)
    await eventually(async () => {
      await expect(shownIn(frame).length).toBeGreaterThan(0)
      await expect(shownIn(frame)).not.toEqual(before)
    })
  }
}

const openedSockets = async (canvas: HTMLElement) =>
  (await demoIn(canvas).get<ServerView>('/clients')).opened.socket

export const ShareOneSocket: typeof reader.OneConnection = {
  ...reader.OneConnection,
  name: 'two tabs have one socket, also after the first one was closed and after a drop',
  play: async ({ canvasElement: canvas }) => {
    await settles(canvas, ['owner', 'joined'], 1)
    await pricesMove(canvas)

    const first = rows(canvas).find(({ dataset }) => dataset['role'] === 'owner')?.dataset['tab'] ?? ''
    await clickButton(canvas, `Close tab ${first}`)
    await settles(canvas, ['owner'], 1)
    await pricesMove(canvas)

    await clickButton(canvas, `Open tab ${first}`)
    await settles(canvas, ['owner', 'joined'], 1)
    await clickButton(canvas, 'Drop the connection')
    // One from the beginning, and one after the drop.
    await eventually(async () => expect(await openedSockets(canvas)).toBe(2))
    await settles(canvas, ['owner', 'joined'], 1)
    await pricesMove(canvas)

    await clickButton(canvas, 'Do not share')
    await settles(canvas, ['own', 'own'], 2)
  },
}
