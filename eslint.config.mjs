import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['dist/', 'js-binding.*', 'target/'] },
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
  // The face stays off the disk, the network and the clock: that is Rust's part.
  {
    files: ['index.js', 'lib/**'],
    rules: {
      'no-restricted-globals': ['error', 'fetch', 'setInterval', 'setTimeout', 'setImmediate'],
      'no-restricted-modules': [
        'error',
        { patterns: ['node:fs*', 'node:http*', 'node:net', 'node:timers*', 'node:tls'] },
      ],
    },
  },
];
