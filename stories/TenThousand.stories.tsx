import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, spyOn, within } from 'storybook/test'
import { Playground } from './parts/Playground.tsx'
import { clickButton, demoIn, figure, find, findAll, nowAndThen } from './parts/play.ts'
import { code, describeStory } from './parts/storyDocs.ts'
import glueCode from './tenThousand/GlueSide.tsx?raw'
import libraryCode from './tenThousand/LibrarySide.tsx?raw'
import { RATES } from './tenThousand/rates.ts'
import { TenThousand } from './tenThousand/TenThousand.tsx'

const { docs } = describeStory(
  'One feed of 100 prices, read twice: by `useSocket` and `useMessage`, and by the code that one writes by hand, a ' +
    'WebSocket that puts each message into the cache with `setQueryData`. Both show the same rows, and both are sent every ' +
    'message.\n\n' +
    'By hand, each message is a write, a notification and a render of its own. At some rate there are more of them than the ' +
    'processor can do: frames are missed, messages wait for their turn, and what is shown grows older. This library parses ' +
    'and checks each message when it comes (here by a schema, too, which the other side does not), folds those of one key ' +
    'into one write, and writes and renders once a frame. So there is as much to render at 10,000 messages a second as at ' +
    'some hundred, and nothing is left out: stop the feed, and both sides are compared with the server.\n\n' +
    'Each side is a page at a host name of its own, so that a browser that keeps sites apart gives it a process of its own, ' +
    'and neither slows down the other or this page. They still share the machine: a processor with few cores, or one that is ' +
    'busy otherwise, slows down both. A side that is scrolled out of sight is not drawn, and so not measured.',
)

const meta = {
  title: 'Ten thousand a second',
  component: TenThousand,
  parameters: { docs: { ...docs, ...code(`${libraryCode}\n${glueCode}`).docs } },
  argTypes: { rate: { control: 'select', options: RATES } },
  args: { rate: 2_000 },
  render: args => (
    <Playground>
      <TenThousand key={args.rate} {...args} />
    </Playground>
  ),
} satisfies Meta<typeof TenThousand>

export default meta

const NAMES = ['library', 'glue']

/** A figure of each side. */
function figures(canvas: HTMLElement, name: string): number[] {
  const text = (side: string) => figure(find(canvas, `[data-side="${side}"]`), name)
  return NAMES.map(side => Number(text(side).replaceAll(',', '')))
}

function points(canvas: HTMLElement): number[] {
  return findAll(canvas, '[data-points]').flatMap(
    ({ dataset }) => dataset['points']?.split(' ').map(Number) ?? [],
  )
}

/** What the page says of each side, compared with the server. */
function equalRows(canvas: HTMLElement): (string | undefined)[] {
  return NAMES.map(side => canvas.querySelector(`[data-equal="${side}"]`)?.textContent)
}

/** The rate that the server has. */
async function rateIs(canvas: HTMLElement, rate: number): Promise<void> {
  const read = async () => (await demoIn(canvas).post<{ rate: number }>('/feed', {})).rate
  await nowAndThen(async () => (await read()) === rate)
  await expect(await read()).toBe(rate)
}

/** As many messages as you like to both, and what the screen shows of it. */
export const SideBySide: StoryObj<typeof meta> = {
  play: async ({ canvasElement: canvas, args }) => {
    const logged = spyOn(console, 'error')
    find(canvas, '.sides').scrollIntoView({ block: 'end' })
    await rateIs(canvas, args.rate)
    const isMeasured = () =>
      figures(canvas, 'Messages a second').every(count => count > 0) &&
      points(canvas).every(count => count > 1)
    await nowAndThen(isMeasured)
    await expect(Math.min(...figures(canvas, 'Messages a second'))).toBeGreaterThan(0)
    await expect(points(canvas).length).toBe(4)
    await expect(Math.min(...points(canvas))).toBeGreaterThan(1)

    await clickButton(canvas, '10,000 a second')
    await rateIs(canvas, 10_000)
    await within(canvas).findByText('10,000 a second', { selector: 'output' })
    await fireEvent.change(within(canvas).getByLabelText('Messages to each side'), { target: { value: 0 } })
    await rateIs(canvas, 100)

    await clickButton(canvas, 'Stop')
    await rateIs(canvas, 0)
    const all = ['this library 100 of 100', 'written by hand 100 of 100']
    await nowAndThen(() => equalRows(canvas).join() === all.join())
    await expect(equalRows(canvas)).toEqual(all)
    await expect(logged).not.toHaveBeenCalled()

    // As a person finds it.
    window.scrollTo(0, 0)
    await fireEvent.change(within(canvas).getByLabelText('Messages to each side'), {
      target: { value: RATES.indexOf(args.rate) },
    })
    await rateIs(canvas, args.rate)
  },
}
