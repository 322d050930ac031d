import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { faults } from './faults.mjs'

const [name = '', given] = process.argv.slice(2)
const fault = faults[name]
const seconds = Number(given ?? fault?.seconds)

if (!fault || !(seconds >= 0)) {
  console.log('node break.mjs <what> [seconds]\n')
  for (const [each, { does, seconds }] of Object.entries(faults)) {
    console.log(`  ${each.padEnd(18)}${does}${seconds ? `, for ${seconds} s` : ''}`)
  }
  process.exit(name ? 1 : 0)
}

console.log(`${fault.does}${fault.seconds ? `, for ${seconds} s` : ''}…`)
const socketPath = fileURLToPath(new URL('.run/control', import.meta.url))
request({ socketPath, path: `/${name}/${seconds}` }, async response => {
  const text = Buffer.concat(await response.toArray()).toString()
  console.log(response.statusCode === 200 ? 'whole again' : text)
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
  .on('error', () => {
    console.error('The cluster does not run: node start.mjs')
    process.exitCode = 1
  })
  .end()
