import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import type { BrowserConfigOptions } from 'vitest/node'
import { chromiumArgs } from './scripts/chromiumArgs.ts'
import { findChromium } from './scripts/findChromium.ts'
import { packageAlias } from './scripts/packageAlias.ts'
import { demoServerPlugin } from './stories/server/demoServerPlugin.ts'
import { chatServerPlugin } from './test/support/chatServerPlugin.ts'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// The oldest React and TanStack Query that are supported, also for the packages that import React.
const react18 = {
  alias: [
    { find: /^react(\/.*)?$/, replacement: pathOf('test/react18/node_modules/react$1') },
    { find: /^react-dom(\/.*)?$/, replacement: pathOf('test/react18/node_modules/react-dom$1') },
    {
      find: /^@tanstack\/react-query$/,
      replacement: pathOf('test/react18/node_modules/@tanstack/react-query/build/modern/index.js'),
    },
    // Its CommonJS would be left to Node, which knows no alias.
    {
      find: /^@testing-library\/react$/,
      replacement: pathOf('node_modules/@testing-library/react/dist/@testing-library/react.esm.js'),
    },
  ],
  inline: [/@tanstack\/(react-query|query-core)/, /@testing-library\/react/],
}

// The dependencies that only a running test would discover: found late, Vite reloads the page in the middle of it.
const optimizeDeps = {
  include: [
    'react',
    'react-dom',
    'react-dom/client',
    'react/jsx-runtime',
    'react/jsx-dev-runtime',
    '@tanstack/react-query',
    '@tanstack/react-router',
    '@testing-library/react',
    'reconnecting-websocket',
    'uplot',
    'valibot',
    'zod',
  ],
}

function inChromium(): BrowserConfigOptions {
  const executablePath = findChromium()
  return {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    viewport: { width: 1280, height: 800 },
    provider: playwright({
      launchOptions: { args: chromiumArgs, ...(executablePath && { executablePath }) },
    }),
    instances: [{ browser: 'chromium' }],
  }
}

const slow = 'test/**/*.slow.test.ts'

// Packages bring tests of their own: an older TanStack Query does.
const installed = '**/node_modules/**'

const report = process.env['TEST_REPORT']

export default defineConfig({
  resolve: { alias: packageAlias },
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    silent: 'passed-only',
    // Ceilings for a hanging test on a busy machine; no test is about speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    // Most tests wait for a timer or a server, so three workers keep two cores busy.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // `npm test` runs core, hooks and browser; `npm run test:slow` runs the others. A file named *.slow.test.ts is slow, too.
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          environment: 'node',
          // A fresh process for each file would take longer than the tests in it.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [installed, 'test/{hooks,providers,browser,pages,examples,protocols,engines}/**', slow],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'hooks',
          environment: 'jsdom',
          isolate: false,
          setupFiles: ['test/cleanup.ts', 'test/jsdomSetup.ts'],
          include: ['test/**/*.test.tsx', 'test/{hooks,providers}/**/*.test.ts'],
          exclude: [installed, 'test/{browser,protocols,engines}/**', slow],
        },
      },
      {
        extends: true,
        test: { name: 'slow', environment: 'node', include: [slow] },
      },
      {
        extends: true,
        plugins: [react()],
        resolve: { alias: react18.alias },
        test: {
          name: 'hooks-react18',
          environment: 'jsdom',
          isolate: false,
          setupFiles: ['test/cleanup.ts', 'test/jsdomSetup.ts', 'test/support/react18Setup.ts'],
          include: ['test/{cache,hooks,providers}/**/*.test.{ts,tsx}'],
          server: { deps: { inline: react18.inline } },
        },
      },
      {
        extends: true,
        plugins: [react(), demoServerPlugin(), chatServerPlugin()],
        optimizeDeps,
        test: {
          name: 'browser',
          // Runs last, one file at a time, as do pages and stories: Chromium and Node would slow each other down.
          fileParallelism: false,
          include: ['test/browser/**/*.test.{ts,tsx}'],
          setupFiles: ['test/cleanup.ts'],
          browser: inChromium(),
        },
      },
      {
        extends: true,
        // A Chromium of its own, driven from Node: a page that goes, freezes and is offline could not run its tests.
        test: {
          name: 'pages',
          environment: 'node',
          fileParallelism: false,
          include: ['test/pages/**/*.test.ts'],
          // Minutes long: `npm run test:load`.
          exclude: process.env['LOAD_SECONDS'] ? [] : ['test/pages/load.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [storybookTest({ configDir: pathOf('.storybook') })],
        optimizeDeps,
        // A play function waits for a server that is down on purpose, several times over.
        test: {
          name: 'stories',
          testTimeout: 90_000,
          setupFiles: ['test/stories/failOnConsole.ts'],
          fileParallelism: false,
          browser: inChromium(),
        },
      },
    ],
  },
})
