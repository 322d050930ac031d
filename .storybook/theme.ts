import { create, type ThemeVars } from 'storybook/theming'

const systemIsDark = () => matchMedia('(prefers-color-scheme: dark)').matches

/** The theme of a page: the toolbar's choice, else the system's. */
export function resolveTheme(choice: unknown): 'light' | 'dark' {
  if (choice === 'light' || choice === 'dark') return choice
  return systemIsDark() ? 'dark' : 'light'
}

/** Sets the page's theme, which `preview.css` reads. */
export function applyTheme(choice: unknown): void {
  document.documentElement.dataset['theme'] = resolveTheme(choice)
}

/** What Storybook's own frame and docs pages look like: the system's fonts, nothing to load. */
export function frameTheme(choice: unknown): ThemeVars {
  return create({
    base: resolveTheme(choice),
    brandTitle: 'react-query-realtime',
    fontBase: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    fontCode: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  })
}
