import type { Row } from '../protocol.ts'

/** Fetches rows, as most apps do. */
export async function fetchRows(url: string): Promise<Row[]> {
  const response = await fetch(url)
  return (await response.json()) as Row[]
}
