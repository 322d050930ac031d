import packageJson from '../../package.json' with { type: 'json' }

/** The npm commands that a text names between backticks. */
export function commandsIn(text: string): string[] {
  const inline = text.replace(/^```[^]*?^```$/gm, '')
  return [...inline.matchAll(/`(npm [^`]+)`/g)].flatMap(([, commands = '']) =>
    commands.split('&&').map(command => command.trim()),
  )
}

/** Whether a command runs in a clone: a script or a package that exists. */
export function isCommand(command: string): boolean {
  const { scripts, name, peerDependencies } = packageJson
  const [npm, verb = '', ...args] = command.replace(/ -- .*/, '').split(' ')
  if (npm !== 'npm') return false
  if (verb === 'ci') return args.every(arg => arg === '--dry-run')
  if (verb === 'install') return args.every(arg => arg === name || arg in peerDependencies)
  if (verb === 'run') return args.length === 1 && (args[0] ?? '') in scripts
  return args.length === 0 && ['start', 'test'].includes(verb) && verb in scripts
}
