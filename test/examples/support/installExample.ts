import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { run } from './run.ts'

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))
const made = new Set(['node_modules', 'dist', '.next', '.run', 'package-lock.json', 'next-env.d.ts'])

/** Does what a user does who copies an example: changes the line of the library in package.json, and installs. */
export async function installExample(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `example-${name}-`))
  cpSync(join(examples, name), folder, { recursive: true, filter: path => !made.has(basename(path)) })
  const manifest = join(folder, 'package.json')
  const before = readFileSync(manifest, 'utf8')
  const after = before.replace('"file:../.."', JSON.stringify(`file:${inject('tarball')}`))
  if (after === before) throw new Error(`${manifest} does not depend on "file:../..".`)
  writeFileSync(manifest, after)
  await run('npm', ['install', '--prefer-offline'], folder)
  return {
    folder,
    build: () => run('npm', ['run', 'build'], folder),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }),
  }
}
