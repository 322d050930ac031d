/** The compared sides, in the order of the cards and lines. */
export const SIDES = [
  { name: 'library', title: 'This library', code: 'useSocket, useMessage' },
  { name: 'glue', title: 'Handwritten code', code: 'new WebSocket, setQueryData, useQuery' },
] as const

export type SideName = (typeof SIDES)[number]['name']

/** Number of prices per side. */
export const SYMBOL_COUNT = 100

/** Path of a side's page on servers with the `builtPagePlugin`. */
export const SIDE_PATH = '/ten-thousand/'

/** Query parameters of a side's page. */
export interface SideQuery {
  readonly side: SideName
  readonly channel: string
  readonly theme: string
}

/**
 * The URL of a side's page. Browsers resolve every `*.localhost` to this machine and treat each as a separate site. With site
 * isolation, each one gets its own process.
 */
export function sideUrl(query: SideQuery): string {
  const { protocol, port } = location
  return `${protocol}//${query.side}.localhost:${port}${SIDE_PATH}?${new URLSearchParams({ ...query }).toString()}`
}
