import { chromium, type Browser } from 'playwright'
import { chromiumArgs } from '../scripts/chromiumArgs.ts'
import { ensureChromium } from '../scripts/findChromium.ts'

/** Keep a page that is not in front at full speed. */
const atFullSpeed = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(), args: [...chromiumArgs, ...atFullSpeed] })
}
