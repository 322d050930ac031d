import { create, type ThemeVars } from 'storybook/theming'

const systemIsDark = () => matchMedia('(prefers-color-scheme: dark)').matches

/** The theme of a page: the choice of the toolbar, or else the system theme. */
export function resolveTheme(choice: unknown): 'light' | 'dark' {
  if (choice === 'light' || choice === 'dark') return choice
  return systemIsDark() ? 'dark' : 'light'
}

/** Sets the page's theme, which `preview.css` reads. */
export function applyTheme(choice: unknown): void {
  document.documentElement.dataset['theme'] = resolveTheme(choice)
}

/** The theme of Storybook's frame and docs pages, with system fonts only. */
export function frameTheme(choice: unknown): ThemeVars {
  return create({
    base: resolveTheme(choice),
    brandTitle: 'react-query-realtime',
    fontBase: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    fontCode: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  })
}
