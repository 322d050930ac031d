import { execFile } from 'node:child_process'

/** What a user's shell has: nothing of the npm script or of the test runner that this runs in. */
export const userEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|vitest|NODE_ENV$|TEST$|DEV$|PROD$)/i.test(name)),
  ),
  NO_COLOR: '1',
  NEXT_TELEMETRY_DISABLED: '1',
}

/** Runs a command to its end and gives what it printed. Throws with everything it printed if it fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: userEnv, shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 }
    execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`))
    })
  })
}
