import type { Status } from 'react-query-realtime'

/** Path of a tab's page on servers with the `builtPagePlugin`. */
export const TAB_PATH = '/all-tabs/'

/** The tabs, in the order of the cards. */
export const TABS = ['A', 'B'] as const

export type TabName = (typeof TABS)[number]

/** What a tab has heard from the worker. */
export interface WorkerView {
  /** Whether it opened the connection, or joined it. `null` while it has none of the worker. */
  readonly role: 'owner' | 'joined' | null
  readonly messages: number
  /** The messages came in so many batches. */
  readonly batches: number
}

/** What a tab tells the story about itself, a few times a second. */
export interface TabReport extends WorkerView {
  readonly tab: TabName
  readonly status: Status
}

/** Query parameters of a tab's page. */
export interface TabQuery {
  readonly tab: TabName
  readonly channel: string
  readonly theme: string
  readonly share: 'yes' | 'no'
}

/** The URL of a tab's page. All tabs have the same origin. */
export const tabUrl = (query: TabQuery) => `${TAB_PATH}?${new URLSearchParams({ ...query }).toString()}`

/** From the story to its tabs: the theme has changed. */
export interface TabOrder {
  readonly theme: string
}
