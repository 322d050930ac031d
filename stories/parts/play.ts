import { expect, userEvent, waitFor, within } from 'storybook/test'
import { createDemo, type Demo } from './demo.ts'
import type { Quote } from './market.ts'

/** Upper limit for a hanging check on a busy machine (ms). */
const PATIENCE = 30_000

/** Waits until `check` stops throwing. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  // The default error would contain the whole page.
  return waitFor(check, { timeout: PATIENCE, interval: 50, onTimeout: error => error })
}

/** Checks five times a second. `waitFor` checks after every DOM change, and some stories change hundreds of times a second. */
export async function nowAndThen(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200 && !(await isDone()); tries++) {
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

/** The demo server's channel of the story in `canvas`. */
export function demoIn(canvas: HTMLElement): Demo {
  const { channel = '' } = find(canvas, '.playground').dataset
  return createDemo(channel, 'play-function')
}

/** The first element that matches. */
export function find(canvas: HTMLElement, selector: string): HTMLElement {
  const element = canvas.querySelector<HTMLElement>(selector)
  if (element) return element
  throw new Error(`There is no ${selector} in this story.`)
}

/** All elements that match. */
export function findAll(canvas: HTMLElement, selector: string): HTMLElement[] {
  return [...canvas.querySelectorAll<HTMLElement>(selector)]
}

/** Clicks the button of that name. */
export async function clickButton(canvas: HTMLElement, name: string): Promise<void> {
  await userEvent.click(within(canvas).getByRole('button', { name }))
}

/** Waits for a status of the first light in `canvas`. */
export async function seesStatus(canvas: HTMLElement, status: string): Promise<void> {
  await eventually(() => expect(find(canvas, '.status').dataset['status']).toBe(status))
}

/** Records the statuses of the first light in `canvas`. The returned function returns them. */
export function watchStatus(canvas: HTMLElement): () => readonly string[] {
  const light = find(canvas, '.status')
  const seen: string[] = []
  const observer = new MutationObserver(() => seen.push(light.dataset['status'] ?? ''))
  observer.observe(light, { attributeFilter: ['data-status'] })
  return () => seen
}

/** Waits until the status has left `open` and is `open` again. */
export async function comesBack(canvas: HTMLElement, seen: () => readonly string[]): Promise<void> {
  await eventually(() => expect(seen().some(status => status !== 'open')).toBe(true))
  await seesStatus(canvas, 'open')
}

/** The figure of that name. */
export function figure(canvas: HTMLElement, name: string): string {
  return find(canvas, `[data-figure="${name}"]`).textContent
}

/** A figure of the connection panel, for the only connection or for one transport. */
export function connectionFigure(canvas: HTMLElement, name: string, transport?: string): string {
  const row = transport === undefined ? '[data-transport]' : `[data-transport="${transport}"]`
  return find(canvas, `${row} [data-label="${name}"]`).textContent
}

/** Publishes a price as the feed does. */
export async function publishPrice(demo: Demo, symbol: string, last: number): Promise<void> {
  const response: Quote = { last, change: 0, at: Date.now() }
  await demo.post('/publish', { type: 'price', params: { symbol }, response })
}

/** Waits until every price in the table equals the server's. Stop the feed first. */
export async function pricesConverge(canvas: HTMLElement, demo: Demo): Promise<void> {
  const rows = findAll(canvas, '[data-symbol]')
  await expect(rows.length).toBeGreaterThan(0)
  for (const { dataset } of rows) {
    await eventually(async () => {
      const { last } = await demo.get<Quote>('/poll', { type: 'price', symbol: dataset['symbol'] ?? '' })
      await expect(Number(dataset['last'])).toBe(last)
    })
  }
}

/** Stops the feed of the story, so that values stay comparable. */
export async function stopFeed(demo: Demo): Promise<void> {
  await demo.post('/feed', { rate: 0 })
}

/** Waits for the notes 1 to `count`, once each and in order. */
export async function notesAre(canvas: HTMLElement, count: number): Promise<void> {
  const expected = Array.from({ length: count }, (_, index) => String(index + 1))
  await eventually(() =>
    expect(findAll(canvas, '[data-note]').map(({ textContent }) => textContent)).toEqual(expected),
  )
}
