import { shown } from './shown.ts'
import type { Watched } from './watch.ts'

/** The cost per poll if the response never changes. */
export interface Polls {
  polls: number
  renders: number
  parses: number
}

/** Counts renders and parses from the first response until `count` more have arrived. */
export async function measurePolls(url: string, count: number): Promise<Polls> {
  const { watched } = globalThis as unknown as { watched: Watched }
  const countPolls = () => performance.getEntriesByName(new URL(url, location.href).href).length
  while (document.querySelector('.cell')?.textContent === '') await new Promise(requestAnimationFrame)
  const before = { polls: countPolls(), renders: shown.pollRenders, parses: watched.parses }
  const deadline = performance.now() + 20_000
  while (countPolls() < before.polls + count && performance.now() < deadline)
    await new Promise(requestAnimationFrame)
  return {
    polls: countPolls() - before.polls,
    renders: shown.pollRenders - before.renders,
    parses: watched.parses - before.parses,
  }
}
