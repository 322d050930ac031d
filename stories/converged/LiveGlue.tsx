import type { LiveProps } from './sides.ts'
import { useGlue } from './useGlue.ts'

/** Runs the handwritten code. */
export function LiveGlue({ url, webSocket, glueRefetches }: LiveProps) {
  useGlue({ url, webSocket, refetchesOnReopen: glueRefetches })
  return null
}
