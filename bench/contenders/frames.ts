import type { PriceMessage, RowMessage } from '../protocol.ts'

const readFrame = (data: string): unknown[] => {
  const frame = JSON.parse(data) as unknown
  return Array.isArray(frame) ? frame : [frame]
}

/** The prices in a frame: one, or an array. */
export const readPrices = (data: string) => readFrame(data) as PriceMessage[]

/** The rows in a frame: one, or an array. */
export const readRows = (data: string) => readFrame(data) as RowMessage[]
