import { chromium, type Browser } from 'playwright'
import { ensureChromium } from '../scripts/findChromium.ts'

// Without those from the third to the seventh, Chromium calls home from a machine that may have no network; the last
// three keep a page that is not in front at full speed.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(), args })
}
