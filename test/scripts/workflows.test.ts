import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

const folder = '.github/workflows'
const workflows = readdirSync(folder).map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
const valuesOf = (key: string, text: string) =>
  [...text.matchAll(new RegExp(`^\\s*(?:- )?${key}: (.+)$`, 'gm'))].map(([, value = '']) => value)

test('there is a workflow for tests, releases and the docs site, and each is valid YAML', async () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual(['docs.yml', 'release.yml', 'test.yml'])
  for (const { name, text } of workflows) {
    expect(await format(text, { parser: 'yaml', singleQuote: true, printWidth: 110 }), name).toBe(text)
  }
})

test('each command of a workflow installs, runs a script of package.json or runs .ci/run', () => {
  const scripts = workflows.flatMap(({ text }) => valuesOf('script', text))
  const commands = workflows
    .flatMap(({ text }) => ['run', 'version', 'publish'].flatMap(key => valuesOf(key, text)))
    .flatMap(command =>
      command.includes('matrix.script') ? scripts.map(name => `npm run ${name}`) : [command],
    )
  expect(commands.length).toBeGreaterThan(10)
  const others = commands.filter(command => {
    const [, name] = /^npm run (\S+)$/.exec(command) ?? []
    if (name !== undefined) return !(name in packageJson.scripts)
    return (
      !['npm ci', 'npm test', 'bash .ci/run'].includes(command) &&
      !command.startsWith('npm install --no-save ')
    )
  })
  expect(others).toEqual([])
})

test('the tests run with the oldest supported versions of Node, TanStack Query and React', () => {
  const { text = '' } = workflows.find(({ name }) => name === 'test.yml') ?? {}
  const oldest = (range: string) => /\d+(\.\d+)*/.exec(range)?.[0] ?? range
  const { engines, peerDependencies } = packageJson
  expect(text).toContain(`node-version: '${oldest(engines.node)}'`)
  expect(text).toContain('query: oldest')
  expect(readFileSync('test/react18/package.json', 'utf8')).toContain(
    `"@tanstack/react-query": "${oldest(peerDependencies['@tanstack/react-query'])}"`,
  )
  expect(text).toContain(`react: '${oldest(peerDependencies.react).split('.')[0]}'`)
})
