import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Directions of import (docs/architecture.md): what each folder must not reach for. */
const closedTo = (files, group, message) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'test-results/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.web.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
      ],
    },
  },
  closedTo(
    ['rooms/**/*.ts'],
    ['node:*', '**/src/**', '**/rest/**', '**/dialects/**', '**/media/**', '!**/media/port.js'],
    'rooms/ is pure: it imports nothing but types from media/port.ts.',
  ),
  closedTo(
    ['media/*.ts', 'media/embedded/**/*.ts'],
    ['**/src/**', '**/rooms/**', '**/rest/**', '**/dialects/**', '**/kurento/**'],
    'media/ imports nothing from the rest of the project.',
  ),
  closedTo(
    ['media/kurento/**/*.ts'],
    ['**/src/**', '**/rooms/**', '**/rest/**', '**/dialects/**', '**/embedded/**'],
    'media/ imports nothing from the rest of the project, and reaches the embedded engine by URL only.',
  ),
  closedTo(['src/**/*.ts'], ['**/embedded/**'], 'The embedded engine is reached by URL only.'),
  closedTo(
    ['dialects/**/*.ts'],
    ['**/src/*', '!**/src/transport', '**/rest/**', '**/media/**', '!**/media/port.js'],
    'dialects/ import rooms/, src/transport/ and types of media/port.ts.',
  ),
  ...['easyrtc', 'orchestrator', 'concierge', 'compeit'].map((dialect, _index, all) =>
    closedTo(
      [`dialects/${dialect}/**/*.ts`],
      [
        '**/src/*',
        '!**/src/transport',
        '**/rest/**',
        '**/media/**',
        '!**/media/port.js',
        ...all.filter((other) => other !== dialect).map((other) => `**/${other}/**`),
      ],
      'A dialect imports rooms/, src/transport/ and types of media/port.ts, and no other dialect.',
    ),
  ),
  closedTo(['rest/**/*.ts'], ['**/src/**', '**/media/**', '**/dialects/**'], 'rest/ imports rooms/ only.'),
  {
    files: ['test/**/*.ts'],
    rules: {
      // chai's assertions are property accesses.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    // What came over the wire is looked into as it is: where it is not as expected the test fails, which is what it is for.
    files: ['test/dialects/easyrtc/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        queueMicrotask: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { 'no-console': 'off' },
  },
);
