import type { Preview } from '@storybook/react-vite'
import { StrictMode } from 'react'
import { ThemedDocs } from './ThemedDocs.tsx'
import { applyTheme } from './theme.ts'
import './preview.css'

export default {
  tags: ['autodocs'],
  decorators: [
    (Story, { globals }) => {
      applyTheme(globals['theme'])
      return (
        <StrictMode>
          <Story />
        </StrictMode>
      )
    },
  ],
  globalTypes: {
    theme: {
      description: 'Light or dark',
      toolbar: {
        icon: 'mirror',
        dynamicTitle: true,
        items: [
          { value: 'system', title: 'Same as system' },
          { value: 'light', title: 'Light' },
          { value: 'dark', title: 'Dark' },
        ],
      },
    },
  },
  initialGlobals: { theme: 'system' },
  parameters: {
    layout: 'padded',
    a11y: { test: 'error' },
    docs: { container: ThemedDocs, codePanel: true, source: { type: 'code' } },
    options: {
      // In the order of learning.
      storySort: {
        order: [
          'Start here',
          'Four ways, one feed',
          'Hooks',
          [
            'usePolling',
            'useLongPoll',
            'useServerEvents',
            'useSocket',
            'useSocketQuery',
            'useMessage',
            'useRealtime',
          ],
          'Screens',
          ['Ticker', 'Subscriptions', 'All tabs', 'Orders and chat', 'Infinite chat', 'Optimistic updates'],
          'Comparisons',
        ],
      },
    },
  },
} satisfies Preview
