import { createContext, useContext } from 'react'
import type { Demo } from './demo.ts'
import type { EventStore } from './eventStore.ts'

/** What a `Playground` provides to its children. */
export interface DemoWorld {
  readonly demo: Demo
  readonly events: EventStore
}

export const DemoContext = createContext<DemoWorld | null>(null)

/** Returns the world of the nearest `Playground`. */
export function useDemoWorld(): DemoWorld {
  const world = useContext(DemoContext)
  if (world) return world
  throw new Error('Put a <Playground> above this component.')
}

/** Returns the demo server of the nearest `Playground`. */
export function useDemo(): Demo {
  return useDemoWorld().demo
}
