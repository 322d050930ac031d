import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import type { BrowserConfigOptions } from 'vitest/node'
import { chromiumArgs } from './scripts/chromiumArgs.ts'
import { findChromium } from './scripts/findChromium.ts'
import { demoServerPlugin } from './stories/server/demoServerPlugin.ts'

const alias = { 'react-query-realtime': fileURLToPath(new URL('src/index.ts', import.meta.url)) }

// The dependencies that only a running test would discover: found late, Vite reloads the page in the middle of it.
const optimizeDeps = {
  include: [
    'react',
    'react-dom',
    'react-dom/client',
    'react/jsx-runtime',
    'react/jsx-dev-runtime',
    '@tanstack/react-query',
    '@testing-library/react',
    'eventsource-parser',
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

const report = process.env['TEST_REPORT']

export default defineConfig({
  resolve: { alias },
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    silent: 'passed-only',
    // Ceilings for a hanging test on a busy machine; no test is about speed.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{hooks,providers,browser,pages}/**'],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'hooks',
          environment: 'jsdom',
          setupFiles: ['test/cleanup.ts', 'test/jsdomSetup.ts'],
          include: ['test/**/*.test.tsx', 'test/{hooks,providers}/**/*.test.ts'],
          exclude: ['test/browser/**'],
        },
      },
      {
        extends: true,
        plugins: [react(), demoServerPlugin()],
        optimizeDeps,
        test: {
          name: 'browser',
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
          include: ['test/pages/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [storybookTest({ configDir: fileURLToPath(new URL('.storybook', import.meta.url)) })],
        optimizeDeps,
        // A play function waits for a server that is down on purpose, several times over.
        test: { name: 'stories', testTimeout: 90_000, browser: inChromium() },
      },
    ],
  },
})
