import type { ReactNode, Ref, UIEvent } from 'react'
import { SYMBOLS } from './symbols.ts'
import { COLUMNS, LIST_HEIGHT, ROW_HEIGHT } from './useShownSymbols.ts'

interface SymbolListProps {
  readonly ref: Ref<HTMLDivElement>
  /** What is left out above (px). */
  readonly above: number
  readonly onScroll: (event: UIEvent<HTMLElement>) => void
  readonly children: ReactNode
}

/** A scrolling list as high as all symbols. Its children are those on screen. */
export function SymbolList({ ref, above, onScroll, children }: SymbolListProps) {
  return (
    <div
      ref={ref}
      className="symbol-list"
      role="region"
      aria-label="Prices"
      tabIndex={0}
      style={{ height: LIST_HEIGHT }}
      onScroll={onScroll}
    >
      <ul
        style={{
          height: Math.ceil(SYMBOLS.length / COLUMNS) * ROW_HEIGHT,
          paddingBlockStart: above,
          gridTemplateColumns: `repeat(${COLUMNS}, 1fr)`,
          gridAutoRows: ROW_HEIGHT,
        }}
      >
        {children}
      </ul>
    </div>
  )
}
