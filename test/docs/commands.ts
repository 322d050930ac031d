import packageJson from '../../package.json' with { type: 'json' }
import protocolsPackage from '../protocols/package.json' with { type: 'json' }

/** The npm commands that a text names between backticks. */
export function commandsIn(text: string): string[] {
  const inline = text.replace(/^```[^]*?^```$/gm, '')
  return [...inline.matchAll(/`(npm [^`]+)`/g)].flatMap(([, commands = '']) =>
    commands.split('&&').map(command => command.trim()),
  )
}

/** What readers type in their own app, which is not this repository. */
const inTheApp = [
  'npm create vite@latest prices -- --template react-ts',
  'cd prices',
  'npm install react-query-realtime @tanstack/react-query ws',
  'node server.js',
  'npm run dev',
  'npx esbuild realtime.worker.ts --bundle --minify --format=esm --outfile=public/realtime-worker.js',
]

/** Whether a command runs in a clone: a script or a package that exists; or in the reader's own app. */
export function isCommand(command: string): boolean {
  if (inTheApp.includes(command)) return true
  const { scripts, name, peerDependencies, devDependencies } = packageJson
  const packages = {
    [name]: '',
    ...peerDependencies,
    ...devDependencies,
    ...protocolsPackage.devDependencies,
  }
  const [npm, verb = '', ...args] = command.replace(/ -- .*/, '').split(' ')
  if (npm !== 'npm') return false
  if (verb === 'ci') return args.every(arg => arg === '--dry-run')
  const isPackage = (arg: string) => arg.replace(/(?<=.)@.*/, '') in packages
  if (verb === 'install') return args.every(arg => arg === '--no-save' || isPackage(arg))
  if (verb === 'run') return args.length === 1 && (args[0] ?? '') in scripts
  return args.length === 0 && (verb === 'publish' || (['start', 'test'].includes(verb) && verb in scripts))
}
