import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import js from '@eslint/js';
import globals from 'globals';

/** The files that a text requires or takes types from. */
function referencesOf(file, text) {
  return [...text.matchAll(/(?:\b(?:require|import)\(|^import [^;]* from )'(\.[^']+\.(?:js|d\.ts))'/gm)]
    .map(({ index, 1: name }) => ({ index, target: path.resolve(path.dirname(file), name) }))
    .filter(({ target }) => existsSync(target));
}

/** The shortest way from one file to another, both included, if there is one. */
function wayBetween(from, to) {
  const ways = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const file = way.at(-1);
    if (file === to) {
      return way;
    }
    for (const { target } of referencesOf(file, readFileSync(file, 'utf8'))) {
      if (!seen.has(target)) {
        seen.add(target);
        ways.push([...way, target]);
      }
    }
  }
  return undefined;
}

/** Refuses circles of CommonJS modules, which the plugins for imports do not follow beyond one file. */
const noCircle = {
  meta: { type: 'problem', schema: [], messages: { circle: 'a circle of modules: {{ way }}' } },
  create: (context) => ({
    Program() {
      const { filename, sourceCode } = context;
      for (const { index, target } of referencesOf(filename, sourceCode.text)) {
        const way = wayBetween(target, filename);
        if (way !== undefined) {
          const names = [filename, ...way].map((file) => path.relative(import.meta.dirname, file));
          const loc = sourceCode.getLocFromIndex(index);
          context.report({ loc, messageId: 'circle', data: { way: names.join(' -> ') } });
        }
      }
    },
  }),
};

/** What would turn text from jobs into HTML. */
const HTML_PROPERTIES = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc', 'setHTMLUnsafe'];

export default [
  { ignores: ['dev/bundlers/project-*/', 'dist/', 'js-binding.*', 'target/'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: 'commonjs', globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-shadow': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      strict: ['error', 'global'],
    },
  },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' }, rules: { strict: 'off' } },
  // The page runs in browsers, as modules without a build.
  {
    files: ['crates/emulator/page/**'],
    languageOptions: { sourceType: 'module', globals: globals.browser },
    rules: {
      strict: 'off',
      'no-restricted-properties': ['error', ...HTML_PROPERTIES.map((property) => ({ property }))],
    },
  },
  // Functions in these tests run in the page.
  {
    files: ['__test__/browser/**', '__test__/support/browser.js', 'dev/soak/page.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  // What is published has no circle of modules.
  {
    files: ['index.js', 'lib/**', 'crates/emulator/npm/**', 'crates/emulator/page/**'],
    plugins: { house: { rules: { 'no-circle': noCircle } } },
    rules: { 'house/no-circle': 'error' },
  },
  // The face stays off the disk, the network and the clock: that is Rust's part. What the environment may have replaced or removed comes
  // from `lib/calls/controller.js` and from modules.
  {
    files: ['index.js', 'lib/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['AbortController', 'DOMException', 'TextDecoder', 'fetch', 'performance'],
        ...['setInterval', 'setTimeout', 'setImmediate'],
      ],
      'no-restricted-modules': [
        'error',
        { patterns: ['node:fs*', 'node:http*', 'node:net', 'node:timers*', 'node:tls'] },
      ],
    },
  },
];
