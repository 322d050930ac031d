import { useCallback, useSyncExternalStore } from 'react'
import type { Price, Row } from '../protocol.ts'
import { readPrices, readRows } from './frames.ts'

type Listener = () => void

/** The last price by symbol, as a careful author writes it by hand for React. */
export class PriceStore {
  readonly #prices = new Map<string, Price>()
  readonly #listeners = new Map<string, Set<Listener>>()

  receive(data: string): void {
    for (const { params, response } of readPrices(data)) {
      this.#prices.set(params.symbol, response)
      const listeners = this.#listeners.get(params.symbol)
      if (listeners) for (const listener of listeners) listener()
    }
  }

  get(symbol: string): Price | undefined {
    return this.#prices.get(symbol)
  }

  subscribe(symbol: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(symbol) ?? new Set()
    this.#listeners.set(symbol, listeners.add(listener))
    return () => listeners.delete(listener)
  }
}

/** The last rows, as a new list after each frame. */
export class RowStore {
  readonly #listeners = new Set<Listener>()
  #rows: readonly Row[] = []

  receive(data: string, cap: number): void {
    const added = readRows(data).map(({ response }) => response)
    this.#rows = appendCapped(this.#rows, added, cap)
    for (const listener of this.#listeners) listener()
  }

  readonly get = () => this.#rows

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** A new list with items added at the end, of at most `cap`. */
export function appendCapped(rows: readonly Row[], added: readonly Row[], cap: number): Row[] {
  const kept = rows.slice(Math.max(0, rows.length + added.length - cap))
  kept.push(...added)
  return kept
}

/** Reads a price in a component, which re-renders only for its own symbol. */
export function usePrice(store: PriceStore, symbol: string): Price | undefined {
  const subscribe = useCallback((listener: Listener) => store.subscribe(symbol, listener), [store, symbol])
  return useSyncExternalStore(subscribe, () => store.get(symbol))
}

/** Reads the list in a component. */
export function useRows(store: RowStore): readonly Row[] {
  return useSyncExternalStore(store.subscribe, store.get)
}
