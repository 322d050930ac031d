import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const report = process.env['TEST_REPORT']

/** `npm run test:examples`. Not a project of `npm test`: it installs packages from the registry and takes minutes. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'examples',
    include: ['*.test.ts'],
    globalSetup: ['support/packLibrary.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    silent: 'passed-only',
    // Each example installs, builds and serves. One at a time is enough for two cores.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
