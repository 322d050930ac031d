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
          { value: 'system', title: 'As the system' },
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
    options: { storySort: { method: 'alphabetical' } },
  },
} satisfies Preview
