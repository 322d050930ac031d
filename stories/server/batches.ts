/** Splits `items` into runs of at most `size`; with a `size` of 1 into single items instead of arrays. */
export function batches<T>(items: readonly T[], size: number): Array<T | T[]> {
  if (size <= 1) return [...items]
  const runs: T[][] = []
  for (let i = 0; i < items.length; i += size) runs.push(items.slice(i, i + size))
  return runs
}
