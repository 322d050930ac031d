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
    text: 'Start',
    items: [{ text: 'Your first live price', link: '/start' }],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Where to mount a connection', link: '/guides/where-to-mount' },
      { text: 'Lists and details', link: '/guides/lists-and-details' },
      { text: 'Rooms', link: '/guides/rooms' },
      { text: 'Subscriptions', link: '/guides/subscriptions' },
      { text: 'Suspense', link: '/guides/suspense' },
      { text: 'Infinite lists', link: '/guides/infinite-lists' },
      { text: 'Jobs', link: '/guides/jobs' },
      { text: 'Streams that end', link: '/guides/streams-that-end' },
      { text: 'Authentication', link: '/guides/authentication' },
      { text: 'Optimistic updates', link: '/guides/optimistic-updates' },
      { text: "Your server's protocol", link: '/guides/your-protocol' },
      { text: 'A source of your own', link: '/guides/source' },
      { text: 'Engines at scale', link: '/engines' },
      { text: 'Outside components', link: '/guides/outside-components' },
      { text: 'One connection for all tabs', link: '/guides/all-tabs' },
      { text: "With TanStack Query's companions", link: '/guides/companions' },
      { text: 'Testing', link: '/guides/testing' },
      { text: 'Server rendering', link: '/guides/server-rendering' },
      { text: 'React Native', link: '/guides/react-native' },
      { text: 'Performance', link: '/guides/performance' },
      { text: 'Debugging', link: '/guides/debugging' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Overview', link: '/reference/' },
      { text: 'useSocket', link: '/reference/use-socket' },
      { text: 'useSocketQuery', link: '/reference/use-socket-query' },
      { text: 'useSubscription', link: '/reference/use-subscription' },
      { text: 'useSource', link: '/reference/use-source' },
      { text: 'useServerEvents', link: '/reference/use-server-events' },
      { text: 'useLongPoll', link: '/reference/use-long-poll' },
      { text: 'usePolling', link: '/reference/use-polling' },
      { text: 'Suspense hooks', link: '/reference/suspense-hooks' },
      { text: 'useMessage', link: '/reference/use-message' },
      { text: 'useRealtime', link: '/reference/use-realtime' },
      { text: 'useRealtimeClient', link: '/reference/use-realtime-client' },
      { text: 'RealtimeProvider', link: '/reference/realtime-provider' },
      { text: 'RealtimeClient', link: '/reference/realtime-client' },
      { text: 'Connection options and result', link: '/reference/connections' },
      { text: 'Option helpers', link: '/reference/option-helpers' },
      { text: 'Handlers and updaters', link: '/reference/handlers' },
      { text: 'Message types', link: '/reference/message-types' },
      { text: 'Tokens', link: '/reference/tokens' },
      { text: 'Recovery', link: '/reference/recovery' },
      { text: 'Ready-made protocols', link: '/reference/protocols' },
      { text: 'Engines', link: '/reference/engines' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'Which failures are retried', link: '/reference/failures' },
      { text: 'Events', link: '/reference/events' },
      { text: 'Supported runtimes', link: '/reference/runtimes' },
      { text: 'Limits', link: '/reference/limits' },
      { text: 'All exports', link: '/reference/api/' },
    ],
  },
  {
    text: 'Concepts',
    items: [
      { text: 'How messages reach the cache', link: '/concepts/messages' },
      { text: 'No update lost', link: '/convergence' },
      { text: 'Recovery after a drop', link: '/concepts/recovery' },
      { text: 'Reconnecting', link: '/reconnecting' },
      { text: 'Tokens', link: '/concepts/tokens' },
      { text: 'Heartbeats', link: '/concepts/heartbeats' },
    ],
  },
  {
    text: 'For server authors',
    items: [
      { text: 'The protocol', link: '/protocol' },
      { text: 'Faults', link: '/faults' },
    ],
  },
  {
    text: 'Moving from',
    items: [
      { text: 'react-use-websocket', link: '/moving-from/react-use-websocket' },
      { text: 'ahooks', link: '/moving-from/ahooks' },
      { text: 'SWR subscription', link: '/moving-from/swr-subscription' },
      { text: 'EventSource, WebSocket', link: '/moving-from/event-source-and-web-socket' },
      { text: 'Socket.IO', link: '/moving-from/socket-io' },
    ],
  },
  {
    text: 'Benchmarks',
    items: [{ text: 'Results', link: '/benchmarks' }],
  },
]
