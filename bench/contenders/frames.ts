import type { PriceMessage, RowMessage } from '../protocol.ts'

const readFrame = (data: string): unknown[] => {
  const frame = JSON.parse(data) as unknown
  return Array.isArray(frame) ? frame : [frame]
}

/** The prices of a frame: one, or an array of them. */
export const readPrices = (data: string) => readFrame(data) as PriceMessage[]

/** The rows of a frame: one, or an array of them. */
export const readRows = (data: string) => readFrame(data) as RowMessage[]
