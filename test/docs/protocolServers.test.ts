import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPage, root } from './snippets.ts'

/** The lines that do something: no imports, types, comments or empty lines. */
function countLines(text: string): number {
  const code = text
    .replace(/^import [^]*?from .*$/gm, '')
    .replace(/^interface \w+ \{$[^]*?^\}$/gm, '')
    .replace(/^type .*$/gm, '')
  return code.split('\n').filter(line => !/^\s*(\/\/|\/?\*|$)/.test(line)).length
}

test('a server of the protocol tests that is written from a documentation names it, and has at most 40 lines', () => {
  const folder = 'test/protocols/servers'
  const servers = readdirSync(join(root, folder)).map(name => ({ name, text: readPage(`${folder}/${name}`) }))
  const written = servers.filter(
    ({ text }) =>
      /^ ?(\/\*\*| \*).*https:/m.test(text) && !/ from '(?!node:|\.|ws'|vitest')|nginx/.test(text),
  )
  expect(written.length).toBeGreaterThan(8)
  expect(written.flatMap(({ name, text }) => (countLines(text) > 40 ? [name] : []))).toEqual([])
})
