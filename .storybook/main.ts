import { fileURLToPath } from 'node:url'
import type { StorybookConfig } from '@storybook/react-vite'
import { mergeConfig } from 'vite'
import { packageAlias } from '../scripts/packageAlias.ts'
import { TAB_PATH } from '../stories/allTabs/tabReport.ts'
import { demoServerPlugin } from '../stories/server/demoServerPlugin.ts'
import { builtPagePlugin } from '../stories/server/builtPagePlugin.ts'
import { SIDE_PATH } from '../stories/tenThousand/sides.ts'

const servePage = (page: string, path: string) =>
  builtPagePlugin({
    page: fileURLToPath(new URL(`../stories/${page}`, import.meta.url)),
    path,
    alias: packageAlias,
  })

export default {
  framework: '@storybook/react-vite',
  stories: ['../stories/**/*.mdx', '../stories/**/*.stories.tsx'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y', '@storybook/addon-vitest'],
  // No network access: no telemetry, no news, no crash reports.
  core: { disableTelemetry: true, disableWhatsNewNotifications: true, enableCrashReports: false },
  features: {
    backgrounds: false,
    changeDetection: false,
    menuOnboardingChecklist: false,
    sidebarOnboardingChecklist: false,
  },
  viteFinal: config =>
    mergeConfig(config, {
      plugins: [
        demoServerPlugin(),
        servePage('tenThousand/side.html', SIDE_PATH),
        servePage('allTabs/tab.html', TAB_PATH),
      ],
      // A page has no server components, so it is fine that bundling drops 'use client'.
      build: { chunkSizeWarningLimit: 2000, rolldownOptions: { checks: { moduleLevelDirective: false } } },
      resolve: { alias: packageAlias },
    }),
} satisfies StorybookConfig
