const systemDark = '(prefers-color-scheme: dark)'

/** The theme of this page: the toolbar's choice, else the system's. */
export function resolveTheme(choice: unknown): 'light' | 'dark' {
  if (choice === 'light' || choice === 'dark') return choice
  return matchMedia(systemDark).matches ? 'dark' : 'light'
}

/** Sets the page's theme, which `preview.css` reads. */
export function applyTheme(choice: unknown): void {
  document.documentElement.dataset['theme'] = resolveTheme(choice)
}
