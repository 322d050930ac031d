import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { run } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed library. */
    tarball: string
  }
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Builds and packs the library once, as a release does. */
export default async function packLibrary(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'))
  await run('npm', ['run', 'build'], root)
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], root)
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  project.provide('tarball', join(folder, filename))
  return () => rmSync(folder, { recursive: true })
}
