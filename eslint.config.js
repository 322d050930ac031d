import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import { noCycle } from './scripts/eslintNoCycle.js'

const react = ['react', 'react/**', 'react-dom', 'react-dom/**']

/**
 * What the files of one folder of `src` may import. Folders are flat, so `./` stays inside and `../` leads to another.
 * @param {string} folder
 * @param {string[]} allowed the other folders it may import from
 * @param {object[]} packages patterns of packages it may not import
 */
function folder(folder, allowed, packages = []) {
  const names = allowed.length > 0 ? allowed.join(', ') : 'no other folder'
  const outside = allowed.length > 0 ? `^\\.\\./(?!(${allowed.join('|')})/)` : '^\\.\\./'
  const patterns = [
    { regex: outside, message: `src/${folder} imports from ${names}.` },
    { regex: '^react-query-realtime', message: 'Inside src, import the file itself.' },
    ...packages,
  ]
  return {
    name: `direction/${folder}`,
    files: [`src/${folder}/**`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  }
}

const syntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'ImportExpression[source.value=/^\\./]', message: 'Import own files statically.' },
]

const domGlobals = [
  'window',
  'document',
  'localStorage',
  'sessionStorage',
  'history',
  'requestAnimationFrame',
]

export default defineConfig(
  globalIgnores([
    'dist',
    'storybook-static',
    'coverage',
    '.cache',
    '.worktrees',
    'docs/reference/api',
    'docs/.vitepress/{cache,dist}',
    'examples/*/{dist,.next}',
    'examples/next/next-env.d.ts',
  ]),
  {
    name: 'all',
    linterOptions: { noInlineConfig: true },
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
    rules: { eqeqeq: 'error', 'object-shorthand': 'error', 'prefer-template': 'error' },
  },
  {
    name: 'typescript',
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, reactHooks.configs.flat['recommended-latest']],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
      // React suspends a component that throws a promise.
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'lib', name: 'Promise' }] }],
      // Users fill this interface by declaration merging; it is empty by design.
      '@typescript-eslint/no-empty-object-type': ['error', { allowWithName: '^Register$' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Named object types of the kind "nothing is known" are meant.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // It takes a field that a call may have changed for what it was before the call.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // TypeScript 6 and older infer the wrong type from a parameter that is one or many.
      '@typescript-eslint/unified-signatures': 'off',
      // Methods of our own are passed on only where they use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    name: 'library',
    files: ['src/**'],
    plugins: { house: { rules: { 'no-cycle': noCycle } } },
    rules: {
      'house/no-cycle': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', { max: 3 }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'no-restricted-syntax': ['error', ...syntax],
    },
  },
  folder(
    'core',
    [],
    [{ group: [...react, '@tanstack/**'], message: 'src/core knows neither React nor TanStack Query.' }],
  ),
  folder(
    'cache',
    ['core'],
    [
      { group: react, message: 'src/cache knows no React.' },
      {
        group: ['@tanstack/**'],
        allowTypeImports: true,
        message: 'src/cache is given its QueryClient: types only.',
      },
    ],
  ),
  folder('providers', ['cache', 'core']),
  folder('hooks', ['providers', 'cache', 'core']),
  folder(
    'protocols',
    ['core'],
    [
      {
        group: ['../core/**', ...react, '@tanstack/**'],
        allowTypeImports: true,
        message: 'An app pays for its protocol only: src/protocols imports types.',
      },
    ],
  ),
  folder('engines', ['core']),
  folder(
    'worker',
    ['core'],
    [{ group: [...react, '@tanstack/**'], message: 'A worker knows neither React nor TanStack Query.' }],
  ),
  {
    name: 'a protocol is small',
    files: ['src/protocols/**'],
    rules: { 'max-lines': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  {
    name: 'core runs in a Worker',
    files: ['src/{core,worker}/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...domGlobals.map(name => ({ name, message: 'It runs in a Worker.' })),
      ],
    },
  },
  {
    name: 'users of the package',
    files: [
      'stories/**',
      'docs/code/**/*.{ts,tsx}',
      'test/{hooks,browser,protocols,types}/**',
      'test/engines/*.{ts,tsx}',
      'test/providers/**/*.tsx',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '(^|/)src/', message: "Import from 'react-query-realtime', as users do." }] },
      ],
    },
  },
  {
    name: 'examples',
    files: ['examples/**/*.{ts,tsx}'],
    // Their packages are installed only where an example runs; `npm run test:examples` checks their types there.
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    name: 'protocols',
    files: ['test/protocols/**'],
    // Its servers are installed only by `npm run test:protocols`, which checks the types, too.
    extends: [tseslint.configs.disableTypeChecked],
    // A module of NestJS is an empty class with a decorator.
    rules: { '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true }] },
  },
  {
    name: 'tests',
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': false }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What matchers give is `any`, and components of tests hand their values out.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'react-hooks/globals': 'off',
    },
  },
)
