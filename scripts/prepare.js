// npm runs this whenever it prepares the package. Only an example, which installs this folder as a dependency, needs a
// build then: everything else at the root reads `src`, and a release is built before it is published.
import { execSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = realpathSync(fileURLToPath(new URL('..', import.meta.url)))
const installer = process.env.npm_config_local_prefix

if (installer && realpathSync(installer) !== root) {
  const run = command => execSync(command, { cwd: root, stdio: 'inherit' })
  // In a fresh clone. The example's own `install-links` must not reach the links of this folder.
  if (!existsSync(new URL('../node_modules/typescript', import.meta.url))) run('npm ci --install-links=false')
  run('npm run build')
}
