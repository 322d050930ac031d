import { useLayoutEffect } from 'react'
import { newestRow, type Price, type Row } from '../protocol.ts'
import { cellText } from './Meter.ts'
import { shown } from './shown.ts'

/** Rows of the list that are on screen, as with any list of this length. */
export const rowsOnScreen = 20

/** A symbol's last price. */
export function PriceCell({ symbol, price }: { symbol: string; price: Price | undefined }) {
  return (
    <b className="cell" data-name={symbol}>
      {price ? cellText(price) : ''}
    </b>
  )
}

/** The end of a long list, newest first. */
export function ListView({ rows }: { rows: readonly Row[] }) {
  useLayoutEffect(() => {
    shown.rows = rows
  })
  return (
    <>
      <p>{rows.length}</p>
      {Array.from({ length: rowsOnScreen }, (_, index) => {
        const row = rows.at(-1 - index)
        return (
          <b key={index} className="cell" data-name={index === 0 ? newestRow : undefined}>
            {row ? cellText(row) : ''}
          </b>
        )
      })}
    </>
  )
}

/** What was polled. Counts its renders. */
export function PollView({ rows }: { rows: readonly Row[] | undefined }) {
  useLayoutEffect(() => {
    shown.pollRenders++
  })
  return (
    <b className="cell" data-name="poll">
      {rows?.length}
    </b>
  )
}
