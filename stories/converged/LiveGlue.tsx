import type { LiveProps } from './sides.ts'
import { useGlue } from './useGlue.ts'

/** The glue writes into the cache around it. */
export function LiveGlue({ url, webSocket, glueRefetches }: LiveProps) {
  useGlue({ url, webSocket, refetchesOnReopen: glueRefetches })
  return null
}
