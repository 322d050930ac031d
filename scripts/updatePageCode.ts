import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withCode } from '../test/docs/pageCode.ts'
import { readPage, root, sitePages } from '../test/docs/snippets.ts'

// Pages repeat the code of files that tests run, so that they read well outside of the site, too.
for (const page of sitePages) writeFileSync(join(root, page), withCode(readPage(page)))
