import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findPlaceholders } from '../../scripts/checkRelease.ts'
import packageJson from '../../package.json' with { type: 'json' }

/** Runs the check on a package.json, as `npm publish` does before it packs. */
function check(content: object) {
  const folder = mkdtempSync(join(tmpdir(), 'check-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'package.json')
  writeFileSync(path, JSON.stringify(content))
  const args = ['--import', 'tsx', 'scripts/checkRelease.ts', path]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, stderr }
}

test('npm publish is refused while package.json holds a placeholder, and the fields are named', () => {
  const url = 'https://example.com/prices'
  const complete = { author: 'Ada', repository: { type: 'git', url }, bugs: url, homepage: url }
  expect(findPlaceholders(complete)).toEqual([])
  const { status, stderr } = check({ ...complete, bugs: `${url}/MAINTAINER`, homepage: undefined })
  expect(status).toBe(1)
  expect(stderr).toContain(': bugs, homepage.')
  expect(packageJson.scripts.prepublishOnly).toMatch(/^node --import tsx scripts\/checkRelease\.ts && /)
})

test('CONTRIBUTING.md names each field that a maintainer must fill', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8')
  for (const name of ['MAINTAINER', '`author`', '`repository`', '`bugs`', '`homepage`']) {
    expect(text).toContain(name)
  }
})
