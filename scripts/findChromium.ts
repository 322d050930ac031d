import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright'

/** What the finder needs from the machine; a test passes its own. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** Whether this process may install Debian packages. */
  readonly isRoot: boolean
  exists(path: string): boolean
  /** Where Playwright keeps its own Chromium, whether or not it exists. */
  playwrightPath(): string
  /** Runs a program to its end; throws if it fails. */
  run(command: string, args: readonly string[]): void
}

const namesOnPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const appPaths: Readonly<Record<string, readonly string[]>> = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [
    'C:\\Program Files\\Chromium\\Application\\chrome.exe',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
}

const whatToInstall =
  'No Chromium was found and none could be installed. Install Chromium or Google Chrome, or run ' +
  '"npx playwright install chromium", or set CHROMIUM_PATH to the program of a Chromium.'

/**
 * The path of a Chromium on this machine: `CHROMIUM_PATH`, else the system's, else Playwright's. `undefined`
 * if there is none. Throws if `CHROMIUM_PATH` names no file, instead of silently using another.
 */
export function findChromium(machine: Machine = thisMachine()): string | undefined {
  const wanted = machine.env['CHROMIUM_PATH']
  if (wanted) {
    if (machine.exists(wanted)) return wanted
    throw new Error(`CHROMIUM_PATH is "${wanted}", but there is no such file.`)
  }
  const candidates = [...pathCandidates(machine), ...(appPaths[machine.platform] ?? [])]
  return [...candidates, machine.playwrightPath()].find(path => machine.exists(path))
}

/**
 * As `findChromium`, but installs a Chromium if there is none: with apt-get as root on Debian-like systems,
 * elsewhere with Playwright's installer. If that fails, too, it throws with what to install.
 */
export function ensureChromium(machine: Machine = thisMachine()): string {
  const found = findChromium(machine)
  if (found) return found
  let cause: unknown
  try {
    install(machine)
  } catch (error) {
    cause = error
  }
  const installed = findChromium(machine)
  if (installed) return installed
  throw new Error(whatToInstall, { cause })
}

function install(machine: Machine): void {
  const hasApt = machine.exists('/usr/bin/apt-get')
  if (hasApt && machine.isRoot) {
    machine.run('apt-get', ['update'])
    machine.run('apt-get', ['install', '-y', 'chromium'])
    return
  }
  // A CI machine with apt should get its browser as a package: a download there would hide a missing set-up
  // step.
  if (hasApt && machine.env['CI'] === 'true') return
  machine.run('npx', ['playwright', 'install', 'chromium'])
}

function pathCandidates({ env, platform }: Machine): string[] {
  if (platform === 'win32') return []
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return namesOnPath.flatMap(name => folders.map(folder => join(folder, name)))
}

function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    playwrightPath: () => chromium.executablePath(),
    run: (command, args) => {
      // Progress belongs on stderr, because stdout carries only the path. On Windows npx is a .cmd, which
      // needs a shell.
      const shell = process.platform === 'win32'
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      execFileSync(command, args, { stdio: ['ignore', 2, 2], env, shell })
    },
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(ensureChromium())
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
