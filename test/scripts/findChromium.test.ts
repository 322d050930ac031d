import { delimiter } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensureChromium, findChromium, type Machine } from '../../scripts/findChromium.ts'

const playwrightsOwn = '/cache/ms-playwright/chrome'
const apt = '/usr/bin/apt-get'

/** A machine with the given files. Any successful install adds the file `installs`. */
function machineWith(
  files: string[],
  { installs, ...rest }: Partial<Machine> & { installs?: string } = {},
): Machine & { readonly commands: string[] } {
  const present = new Set(files)
  const commands: string[] = []
  return {
    env: { PATH: ['/usr/local/bin', '/usr/bin'].join(delimiter) },
    platform: 'linux',
    isRoot: false,
    exists: path => present.has(path),
    playwrightPath: () => playwrightsOwn,
    run: (command, args) => {
      commands.push([command, ...args].join(' '))
      if (installs && args.includes('install')) present.add(installs)
    },
    commands,
    ...rest,
  }
}

describe('findChromium', () => {
  it('prefers CHROMIUM_PATH over everything else', () => {
    const machine = machineWith(['/opt/mine', '/usr/bin/chromium', playwrightsOwn], {
      env: { CHROMIUM_PATH: '/opt/mine', PATH: '/usr/bin' },
    })
    expect(findChromium(machine)).toBe('/opt/mine')
  })

  it('throws if CHROMIUM_PATH names no file, without trying another', () => {
    const machine = machineWith(['/usr/bin/chromium'], {
      env: { CHROMIUM_PATH: '/nowhere', PATH: '/usr/bin' },
    })
    expect(() => findChromium(machine)).toThrow('CHROMIUM_PATH is "/nowhere"')
  })

  it("prefers the system's browser over Playwright's, and chromium over Google Chrome", () => {
    expect(findChromium(machineWith(['/usr/bin/google-chrome', '/usr/bin/chromium', playwrightsOwn]))).toBe(
      '/usr/bin/chromium',
    )
    expect(findChromium(machineWith(['/usr/bin/google-chrome', playwrightsOwn]))).toBe(
      '/usr/bin/google-chrome',
    )
  })

  it.each([
    ['darwin', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    ['win32', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
  ])('finds the applications of %s', (platform, path) => {
    expect(findChromium(machineWith([path, playwrightsOwn], { platform }))).toBe(path)
  })

  it("tries Playwright's own last, and returns undefined if that is missing, too", () => {
    expect(findChromium(machineWith([playwrightsOwn]))).toBe(playwrightsOwn)
    expect(findChromium(machineWith([]))).toBeUndefined()
  })
})

describe('ensureChromium', () => {
  it('installs nothing if there is a Chromium', () => {
    const machine = machineWith([apt, '/usr/bin/chromium'], { isRoot: true })
    expect(ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(machine.commands).toEqual([])
  })

  it('uses apt-get as root if there is apt-get', () => {
    const machine = machineWith([apt], { isRoot: true, installs: '/usr/bin/chromium' })
    expect(ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(machine.commands).toEqual(['apt-get update', 'apt-get install -y chromium'])
  })

  it("uses Playwright's installer without apt-get, and without root", () => {
    for (const files of [[], [apt]]) {
      const machine = machineWith(files, { installs: playwrightsOwn })
      expect(ensureChromium(machine)).toBe(playwrightsOwn)
      expect(machine.commands).toEqual(['npx playwright install chromium'])
    }
  })

  it.each([true, false])('never downloads a browser in CI if there is apt-get (root: %s)', isRoot => {
    const env = { CI: 'true', PATH: '/usr/bin' }
    const machine = machineWith([apt], { isRoot, env })
    expect(() => ensureChromium(machine)).toThrow('CHROMIUM_PATH')
    expect(machine.commands.filter(command => command.includes('playwright'))).toEqual([])
  })

  it('says what to install if the install fails, and keeps the cause', () => {
    const cause = new Error('no network')
    const machine = machineWith([], {
      run: () => {
        throw cause
      },
    })
    const failure = captured(() => ensureChromium(machine))
    expect(failure).toMatchObject({ cause })
    expect(String(failure)).toContain('npx playwright install chromium')
  })
})

function captured(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}
