/** What is compared, in the order of the cards and lines. */
export const SIDES = [
  { name: 'library', title: 'This library', code: 'useSocket, useMessage' },
  { name: 'glue', title: 'Written by hand', code: 'new WebSocket, setQueryData, useQuery' },
] as const

export type SideName = (typeof SIDES)[number]['name']

/** How many prices each side shows. */
export const SYMBOL_COUNT = 100

/** Where the page of a side is, on every server that has the `sidePagePlugin`. */
export const SIDE_PATH = '/ten-thousand/'

/** What a side is told by its address. */
export interface SideQuery {
  readonly side: SideName
  readonly channel: string
  readonly theme: string
}

/**
 * The address of a side's page. Browsers take every `*.localhost` for this machine, and each for a site of its own: those
 * that keep sites apart give each a process of its own.
 */
export function sideUrl(query: SideQuery): string {
  const { protocol, port } = location
  return `${protocol}//${query.side}.localhost:${port}${SIDE_PATH}?${new URLSearchParams({ ...query }).toString()}`
}
