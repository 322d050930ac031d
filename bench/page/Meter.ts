import type { Finals, Observed } from '../protocol.ts'
import { percentile } from '../statistics.ts'
import type { CommitCounter } from './countCommits.ts'
import { runLastInFrames } from './runLastInFrames.ts'

/** The text of a cell: the number of the message, and when it was sent. Read back by the meter. */
export const cellText = ({ n, at }: { n: number; at: number }): string => `${n} ${at}`

/** How many cells are read in a frame at most, so that the meter does not measure itself. */
const mostWatched = 100

interface Cell {
  name: string
  element: HTMLElement
  text: string
}

export function readCells(elements: readonly HTMLElement[]): Cell[] {
  return elements.map(element => ({
    name: element.dataset['name'] ?? '',
    element,
    text: element.textContent,
  }))
}

/** Reads what is on screen, frame by frame, right before the frame is painted. */
export class Meter {
  readonly #cells: readonly Cell[]
  readonly #watched: readonly Cell[]
  readonly #latencies: number[] = []
  /** How far the server's clock is ahead, in ms. */
  readonly #offset: number
  readonly #start = performance.now()
  readonly #commitsBefore = counter.commits
  #frames = 0
  #end: number | undefined
  #finals: Finals | undefined

  constructor(elements: readonly HTMLElement[], offset: number) {
    this.#cells = readCells(elements)
    const step = Math.ceil(elements.length / mostWatched)
    this.#watched = this.#cells.filter((_, index) => index % step === 0)
    this.#offset = offset
    runLastInFrames(() => this.#read())
  }

  /** Waits until the cells show the final values, and returns what was seen; a failure after `patience` ms. */
  async until(finals: Finals, patience: number): Promise<Observed> {
    this.#finals = finals
    const deadline = performance.now() + patience
    while (this.#end === undefined && performance.now() < deadline)
      await new Promise(resolve => setTimeout(resolve, 20))
    this.#end ??= performance.now()
    const sorted = this.#latencies.sort((a, b) => a - b)
    return {
      failure: describeDifferences(this.#cells, finals),
      seconds: (this.#end - this.#start) / 1_000,
      frames: this.#frames,
      commits: counter.commits - this.#commitsBefore,
      latencies: { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) },
    }
  }

  /** Whether to keep reading. */
  #read(): boolean {
    if (this.#end !== undefined) return false
    this.#frames++
    const now = performance.timeOrigin + performance.now() + this.#offset
    for (const cell of this.#watched) {
      const text = cell.element.textContent
      if (text === cell.text) continue
      cell.text = text
      this.#latencies.push(now - Number(text.slice(text.indexOf(' '))))
    }
    if (this.#finals && this.#isDone(this.#finals)) this.#end = performance.now()
    return true
  }

  #isDone(finals: Finals): boolean {
    return this.#watched.every(cell => shows(cell, finals)) && this.#cells.every(cell => shows(cell, finals))
  }
}

function shows({ name, element }: Cell, finals: Finals): boolean {
  return finals[name] === undefined || Number.parseInt(element.textContent) === finals[name]
}

/** What is wrong with the cells, which should show these values in the end. */
export function describeDifferences(cells: readonly Cell[], finals: Finals): string | null {
  const wrong = cells.filter(cell => !shows(cell, finals))
  const [first] = wrong
  if (!first) return null
  return `${wrong.length} cells are wrong: ${first.name} is "${first.element.textContent}" and not ${finals[first.name]}`
}

const { commitCounter: counter } = globalThis as unknown as { commitCounter: CommitCounter }
