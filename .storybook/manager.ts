import { addons } from 'storybook/manager-api'
import { create } from 'storybook/theming'

const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches

addons.setConfig({
  theme: create({
    base: prefersDark ? 'dark' : 'light',
    brandTitle: 'react-query-realtime',
    fontBase: 'system-ui, sans-serif',
    fontCode: 'ui-monospace, monospace',
  }),
})
