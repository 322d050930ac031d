import { STORY_PREPARED } from 'storybook/internal/core-events'
import { addons } from 'storybook/manager-api'
import { frameTheme } from './theme.ts'

addons.setConfig({ theme: frameTheme('system'), layout: { showPanel: false } })

interface PreparedStory {
  readonly id: string
  readonly argTypes: Readonly<Record<string, unknown>>
}

// The panel under a story opens where it has controls, and closes where it has none.
addons.register('panel-follows-controls', api => {
  let last: string | undefined
  api.on(STORY_PREPARED, ({ id, argTypes }: PreparedStory) => {
    if (id === last) return
    last = id
    api.togglePanel(Object.keys(argTypes).length > 0)
  })
})
