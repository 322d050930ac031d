import type { Meta } from '@storybook/react-vite'
import { expect, spyOn, userEvent, within } from 'storybook/test'
import * as reader from '../InfiniteChat.stories.tsx'
import { clickButton, demoIn, eventually, find, findAll, seesStatus } from '../parts/play.ts'

export default {
  ...reader.default,
  title: 'Tests/Infinite chat',
  tags: ['!dev', '!autodocs'],
} satisfies Meta

interface Page {
  items: { id: number; text: string }[]
}

/** The list shows what the server holds from its oldest loaded message on, at least `count` messages, each once and in order. */
async function showsHistory(canvas: HTMLElement, filter: Record<string, string>, count: number) {
  await eventually(async () => {
    const { items } = await demoIn(canvas).get<Page>('/messages', { ...filter, after: 0 })
    const shown = findAll(canvas, '[data-message]').map(({ dataset }) => Number(dataset['message']))
    await expect(shown).toEqual(items.slice(-count).map(({ id }) => id))
    await expect(shown).toHaveLength(count)
  })
}

/** The pages that the story fetches from now on. */
function watchFetches(canvas: HTMLElement): () => number {
  const { client = '' } = find(canvas, '.playground').dataset
  const spy = spyOn(window, 'fetch')
  return () =>
    spy.mock.calls.filter(
      ([url, options]) =>
        typeof url === 'string' &&
        url.startsWith('/messages') &&
        url.includes(client) &&
        options?.method !== 'POST',
    ).length
}

/** Waits until the fetches that the opening of the connection caused are over. */
async function settles(canvas: HTMLElement): Promise<void> {
  await seesStatus(canvas, 'open')
  await eventually(() => expect(find(canvas, '.chat-log').ariaBusy).toBe('false'))
}

const general = { room: 'general' }
const mine = { author: 'You' }

export const LivePages: typeof reader.LiveHistory = {
  ...reader.LiveHistory,
  name: 'pushes change the loaded pages of every filter without a request, and lost messages refetch them',
  play: async ({ canvasElement: canvas }) => {
    const demo = demoIn(canvas)
    await showsHistory(canvas, {}, 20)
    await settles(canvas)
    await clickButton(canvas, 'Older messages')
    await showsHistory(canvas, {}, 40)
    await clickButton(canvas, 'General')
    await showsHistory(canvas, general, 20)
    await clickButton(canvas, 'Mine')
    await showsHistory(canvas, mine, 20)
    await clickButton(canvas, 'Older messages')
    await showsHistory(canvas, mine, 40)

    const fetches = watchFetches(canvas)
    // Another client posts. It is not one of mine, but in two lists that are not on screen.
    await clickButton(canvas, 'Ben posts in general')
    await userEvent.type(within(canvas).getByLabelText('Message'), 'Hello')
    await clickButton(canvas, 'Send')
    await showsHistory(canvas, mine, 41)
    // A moderated removal, in an older page of each list.
    const { items } = await demo.get<Page>('/messages', { ...mine, after: 80 })
    await clickButton(canvas, `Remove message ${items[2]?.id}`)
    await showsHistory(canvas, mine, 40)
    await clickButton(canvas, 'General')
    await eventually(() => expect(find(canvas, '.chat-log').textContent).toContain('Hello from Ben'))
    await showsHistory(canvas, general, 21)
    await clickButton(canvas, 'All')
    await showsHistory(canvas, {}, 41)
    await expect(fetches()).toBe(0)

    // While the page is cut off and the server forgets, messages are lost for good: the loaded pages are fetched again.
    const { client } = find(canvas, '.playground').dataset
    await demo.post('/faults', { fault: 'down', client, ms: 60_000 })
    for (let count = 0; count < 25; count++)
      await demo.post('/messages', { room: 'general', author: 'Ana', text: `Missed ${count}` })
    await demo.post('/faults', { fault: 'forget' })
    await demo.post('/faults', { fault: 'clear', client })
    await eventually(() => expect(fetches()).toBeGreaterThan(0))
    await settles(canvas)
    const { items: all } = await demo.get<Page>('/messages', { after: 0 })
    await expect(all.at(-1)?.text).toBe('Missed 24')
    const [oldest] = findAll(canvas, '[data-message]')
    const from = all.findIndex(({ id }) => String(id) === oldest?.dataset['message'])
    await showsHistory(canvas, {}, all.length - from)
  },
}
