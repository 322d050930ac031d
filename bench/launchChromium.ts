import { spawnChromium, type SpawnedChromium } from '../scripts/spawnChromium.ts'

/** Keep background pages at full speed. */
const atFullSpeed = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

/**
 * A Chromium that does not report WebSocket frames: receiving each report would cost more than everything
 * else a message does.
 */
export function launchChromium(): Promise<SpawnedChromium> {
  return spawnChromium(atFullSpeed)
}
