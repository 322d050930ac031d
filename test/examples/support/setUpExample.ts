import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { launchChromium } from '../../support/setUpChromium.ts'
import { installExample } from './installExample.ts'
import { startExample } from './startExample.ts'

/** What Chromium itself logs while a server is down. */
const networkError = /^(WebSocket connection to|Failed to load resource)/

/** An installed copy of an example, for all tests of a file, and a Chromium. */
export function setUpExample(name: string) {
  let example: Awaited<ReturnType<typeof installExample>>
  let browser: Browser
  const running: Awaited<ReturnType<typeof startExample>>[] = []
  beforeAll(async () => {
    example = await installExample(name)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
    for (const each of running) await each.stop()
    example.remove()
  })

  return {
    folder: () => example.folder,
    /** What the servers have printed. */
    output: () => running.map(({ output }) => output()).join('\n'),
    build: () => example.build(),

    /** Runs one of its npm scripts until the last test of the file has ended. Gives the URL of the page. */
    async start(script: string, isReady: RegExp) {
      const started = await startExample(example.folder, script, isReady)
      running.push(started)
      return started.url
    },

    /** A page, by itself or in a second tab of another one, and the errors and warnings that it logs. */
    async open(url: string, first?: Page) {
      const context = first?.context() ?? (await browser.newContext())
      const page = await context.newPage()
      onTestFinished(() => context.close())
      const problems: string[] = []
      page.on('pageerror', error => problems.push(error.message))
      page.on('console', message => {
        if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
      })
      // A dev server compiles the page when it is first requested.
      await page.goto(url, { timeout: 180_000 })
      return {
        page,
        expectNoProblems: ({ serverWasDown = false } = {}) =>
          expect(problems.filter(problem => !(serverWasDown && networkError.test(problem)))).toEqual([]),
      }
    },
  }
}
