import type { ComponentType, ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { symbolOf } from '../protocol.ts'
import type { Contender } from './startPage.ts'

/** The components of a contender that uses React. */
export interface Components {
  /** Receives the stream of prices, and gives them to its children. */
  Feed: ComponentType<{ url: string; children: ReactNode }>
  /** Shows the last price of a symbol. */
  Price: ComponentType<{ symbol: string }>
  /** Receives a stream of rows and shows the newest. */
  List: ComponentType<{ url: string; cap: number }>
}

/** A contender made of components. */
export function renderReact({ Feed, Price, List }: Components): Contender {
  return (container, { kind, url, keys, cap }) => {
    const symbols = Array.from({ length: keys }, (_, index) => symbolOf(index))
    createRoot(container).render(
      kind === 'rows' ? (
        <List url={url} cap={cap} />
      ) : (
        <Feed url={url}>
          {symbols.map(symbol => (
            <Price key={symbol} symbol={symbol} />
          ))}
        </Feed>
      ),
    )
  }
}
