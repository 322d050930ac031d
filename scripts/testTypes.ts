import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * Compiles the type tests as a user's project would: against the built package in `node_modules`, once with each
 * TypeScript version that users may have, with `declaration` on. Errors inside other packages do not count.
 * `TYPESCRIPT` names the folders of some versions only.
 */

const root = join(import.meta.dirname, '..')
const project = join(root, '.cache/types')
const installed = join(project, 'node_modules/react-query-realtime')

const compilers = (
  process.env['TYPESCRIPT'] ?? 'test/types/typescript-5.4 test/types/typescript-5 . test/types/typescript-7'
).split(' ')

const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  jsx: 'react-jsx',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  emitDeclarationOnly: true,
}

/** What augments `Register` changes a whole program, so it has a program for itself. */
const programs = { plain: 'test/types', registered: 'test/types/register' }

function prepare(): void {
  if (!existsSync(join(root, 'dist/index.d.ts')))
    throw new Error('Run `npm run build` first: dist is missing.')
  rmSync(project, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  for (const part of ['dist', 'src', 'package.json']) {
    cpSync(join(root, part), join(installed, part), { recursive: true })
  }
  for (const [name, folder] of Object.entries(programs)) {
    const target = join(project, name)
    mkdirSync(target)
    writeFileSync(join(target, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(target, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }))
    for (const file of readdirSync(join(root, folder)).filter(entry => /\.test-d\.tsx?$/.test(entry))) {
      cpSync(join(root, folder, file), join(target, file))
    }
  }
}

/** The errors in the tests and in this package's declarations. */
function errorsOf(compiler: string, program: string): string[] {
  const tsc = join(root, compiler, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [tsc, '-p', join(project, program), '--pretty', 'false', '--outDir', join(project, program, 'out')],
    { cwd: join(project, program), encoding: 'utf8' },
  )
  if (error) throw error
  if (stderr) return [stderr]
  const isOurs = (line: string) =>
    /error TS\d+/.test(line) && !/node_modules\/(?!react-query-realtime)/.test(line)
  return stdout.split('\n').filter(isOurs)
}

function versionOf(compiler: string): string {
  const tsc = join(root, compiler, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '--version'], { encoding: 'utf8' }).stdout.trim()
}

prepare()
for (const compiler of compilers) {
  const errors = Object.keys(programs).flatMap(program => errorsOf(compiler, program))
  console.log(`${versionOf(compiler)}: ${errors.length === 0 ? 'passed' : 'FAILED'}`)
  for (const error of errors) console.log(`  ${error}`)
  if (errors.length > 0) process.exitCode = 1
}
