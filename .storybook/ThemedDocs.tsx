import { DocsContainer, type DocsContainerProps } from '@storybook/addon-docs/blocks'
import { useEffect, useState, type PropsWithChildren } from 'react'
import { GLOBALS_UPDATED } from 'storybook/internal/core-events'
import { addons } from 'storybook/preview-api'
import { applyTheme, frameTheme } from './theme.ts'

interface Globals {
  readonly theme?: unknown
}

/** The theme in the URL, until the toolbar sends one. */
function initialChoice(): unknown {
  const globals = new URLSearchParams(location.search).get('globals') ?? ''
  return /theme:(\w+)/.exec(globals)?.[1]
}

/** A docs page in the theme of the toolbar. */
export function ThemedDocs(props: PropsWithChildren<DocsContainerProps>) {
  const [choice, setChoice] = useState(initialChoice)

  useEffect(() => {
    const channel = addons.getChannel()
    const follow = ({ globals }: { globals: Globals }) => setChoice(globals.theme)
    channel.on(GLOBALS_UPDATED, follow)
    return () => channel.off(GLOBALS_UPDATED, follow)
  }, [])

  useEffect(() => applyTheme(choice), [choice])

  return <DocsContainer {...props} theme={frameTheme(choice)} />
}
