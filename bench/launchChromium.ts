import { spawnChromium, type SpawnedChromium } from '../scripts/spawnChromium.ts'

/** Keep background pages at full speed. */
const atFullSpeed = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

/**
 * A Chromium that does not report WebSocket frames: receiving each report would cost more than everything
 * else a message does. Hidden tabs are slow, as those of users are, if they are what is measured.
 */
export function launchChromium(hasHiddenTabs = false): Promise<SpawnedChromium> {
  return spawnChromium(hasHiddenTabs ? [] : atFullSpeed)
}
