export interface SidebarGroup {
  text: string
  collapsed?: boolean
  items: SidebarItem[]
}

export interface SidebarItem {
  text: string
  /** The page's path from `docs`, without `.md`. */
  link: string
}

/** The pages of the site, in reading order. A new page needs one line here. */
export const sidebar: SidebarGroup[] = [
  {
    text: 'Guides',
    items: [
      { text: 'Jobs', link: '/guides/jobs' },
      { text: 'Authentication', link: '/guides/authentication' },
      { text: 'Optimistic updates', link: '/guides/optimistic-updates' },
      { text: 'Testing', link: '/guides/testing' },
      { text: 'Server rendering', link: '/guides/server-rendering' },
      { text: 'Debugging', link: '/guides/debugging' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'What ends a retry', link: '/reference/failures' },
      { text: 'All exports', link: '/reference/api/' },
    ],
  },
  {
    text: 'Concepts',
    items: [
      { text: 'No update lost', link: '/convergence' },
      { text: 'Reconnecting', link: '/reconnecting' },
    ],
  },
  {
    text: 'For server authors',
    items: [
      { text: 'Protocol', link: '/protocol' },
      { text: 'Faults', link: '/faults' },
    ],
  },
  {
    text: 'Moving from',
    items: [],
  },
  {
    text: 'Benchmarks',
    items: [{ text: 'Results', link: '/benchmarks' }],
  },
]
