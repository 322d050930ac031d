import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Stands in package.json for the account and the name of the maintainer. */
const PLACEHOLDER = 'MAINTAINER'

const FIELDS = ['author', 'repository', 'bugs', 'homepage'] as const

/** The fields of a package.json that are missing or still hold the placeholder. */
export function findPlaceholders(packageJson: Readonly<Record<string, unknown>>): string[] {
  return FIELDS.filter(name => {
    const value = packageJson[name]
    return value === undefined || JSON.stringify(value).includes(PLACEHOLDER)
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path = 'package.json'] = process.argv.slice(2)
  const fields = findPlaceholders(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)
  if (fields.length > 0) {
    console.error(`Replace ${PLACEHOLDER} in ${path} before you publish: ${fields.join(', ')}.`)
    process.exitCode = 1
  }
}
