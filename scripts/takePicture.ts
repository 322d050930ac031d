import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnChromium } from './spawnChromium.ts'

// Takes the README's picture again, from the story "Ten thousand a second" of a running playground.
const picture = new URL('../docs/ten-thousand.webp', import.meta.url)
const story =
  'iframe.html?id=comparisons-ten-thousand-a-second--side-by-side&viewMode=story&globals=theme:light&args=rate:10000'
/** Until the plots are full (ms). */
const patience = 45_000

const playground = process.argv[2]
if (!playground) throw new Error('Pass the URL of the playground: npm run picture -- http://127.0.0.1:6006/')

const browser = await spawnChromium()
const tab = await browser.openTab('about:blank')
const size = { width: 1064, height: 968, deviceScaleFactor: 1, mobile: false }
await tab.send('Emulation.setDeviceMetricsOverride', size)
await tab.send('Page.navigate', { url: new URL(story, playground).href })
await sleep(patience)
const { data } = (await tab.send('Page.captureScreenshot', { format: 'webp', quality: 80 })) as {
  data: string
}
writeFileSync(picture, Buffer.from(data, 'base64'))

// For the caption of the picture.
const figures = await tab.evaluate(() =>
  [...document.querySelectorAll('.side')].map(side =>
    [...side.querySelectorAll('h3, dt, dd')].map(({ textContent }) => textContent).join(' · '),
  ),
)
console.log(figures.join('\n'))
console.log(`${cpus().length} × ${cpus()[0]?.model}`)
await browser.close()
