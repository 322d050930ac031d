import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { packageAlias } from '../../scripts/packageAlias.ts'

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const report = process.env['TEST_REPORT']

/** `npm run test:protocols`. Not a project of `npm test`: its servers are installed by that script only. */
export default defineConfig({
  root: pathOf('.'),
  plugins: [react()],
  // Vite would load graphql as ESM; graphql-ws loads it as CommonJS, and accepts only one of both.
  resolve: { alias: { ...packageAlias, graphql: pathOf('node_modules/graphql/index.js') } },
  test: {
    name: 'protocols',
    environment: 'jsdom',
    include: ['*.test.tsx'],
    setupFiles: ['../cleanup.ts', 'setup.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    silent: 'passed-only',
    // Ceilings for a hanging test on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
