import { defineConfig } from 'vitepress'
import llmstxt from 'vitepress-plugin-llms'
import { sidebar } from './sidebar.ts'
import { slugify } from './slugify.ts'

/** The pages that TypeDoc generates. They repeat the types of the package, so `llms.txt` does without them. */
const generated = 'reference/api/**'

export default defineConfig({
  title: 'react-query-realtime',
  description:
    'React hooks that keep TanStack Query live by polling, long polling, Server-Sent Events or WebSocket.',
  lang: 'en',
  // Where the site is published under a path, such as that of a repository, the workflow sets it.
  base: process.env['DOCS_BASE'] ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  // Without an icon, browsers request one that is not there.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: { anchor: { slugify } },
  vite: {
    // Its types are those of a later Vite than the one that VitePress brings.
    plugins: [llmstxt({ ignoreFiles: [generated], sidebar }) as never],
  },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guides', link: '/guides/where-to-mount', activeMatch: '/guides/' },
      { text: 'Reference', link: '/reference/', activeMatch: '/reference/' },
    ],
  },
})
