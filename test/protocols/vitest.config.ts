import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { packageAlias } from '../../scripts/packageAlias.ts'

const report = process.env['TEST_REPORT']

/** `npm run test:protocols`. Not a project of `npm test`: its servers are installed by that script only. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { alias: packageAlias },
  test: {
    name: 'protocols',
    environment: 'jsdom',
    include: ['*.test.tsx'],
    setupFiles: ['../cleanup.ts', 'setup.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    silent: 'passed-only',
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
