import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { packageAlias } from '../../scripts/packageAlias.ts'
import { TableReporter } from './tableReporter.ts'

const report = process.env['TEST_REPORT']

/** `npm run test:engines`. Not a project of `npm test`: it needs servers, and waits for their faults. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { alias: packageAlias },
  test: {
    name: 'engines',
    environment: 'jsdom',
    include: ['*.test.tsx'],
    // No clean-up after each test: it would unmount the clients of the tests beside it, too.
    setupFiles: ['setup.ts'],
    reporters: [
      'default',
      new TableReporter(),
      ...(report ? [['json', { outputFile: report }] satisfies [string, object]] : []),
    ],
    silent: 'passed-only',
    fileParallelism: false,
    // Each fault is mostly waiting.
    maxConcurrency: 5,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
})
