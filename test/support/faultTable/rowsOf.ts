const ROWS = /\(([A-Z]\d+(?:, [A-Z]\d+)*)\)$/

/** The rows of the fault table that a title names at its end: `… (W7, W8)`. */
export function rowsOf(title: string): readonly string[] {
  return ROWS.exec(title)?.[1]?.split(', ') ?? []
}
