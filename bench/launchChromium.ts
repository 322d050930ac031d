import { spawnChromium, type SpawnedChromium } from '../scripts/spawnChromium.ts'

/** Keep a page that is not in front at full speed. */
const atFullSpeed = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

/** A Chromium that reports no frames of WebSockets: to be told of each costs more than all else that a message does. */
export function launchChromium(): Promise<SpawnedChromium> {
  return spawnChromium(atFullSpeed)
}
