import { writeFile } from 'node:fs/promises'
import { Bench } from '../Bench.ts'
import { describeRun } from '../describeRun.ts'
import { launchChromium } from '../launchChromium.ts'
import type { Server } from '../startServer.ts'
import { axes } from './axes.ts'
import { measureGrowth } from './measureGrowth.ts'
import { renderPlot } from './renderPlot.ts'

/** Measures along all axes and writes a plot of each into `docs`. Returns the Markdown that shows them. */
export async function plotGrowth(server: Server, rounds: number): Promise<string> {
  const texts: string[] = []
  for (const axis of axes) {
    const browser = await launchChromium()
    try {
      if (texts.length === 0) texts.push(await describeRun(browser, rounds))
      const plot = await measureGrowth(new Bench(browser, server), axis, rounds)
      const file = `benchmarks-${axis.name}.svg`
      await writeFile(new URL(`../../docs/${file}`, import.meta.url), renderPlot(plot))
      texts.push(`![Cost against ${axis.title}](${file})`)
    } finally {
      await browser.close()
    }
  }
  return texts.join('\n\n')
}
