import { readFileSync } from 'node:fs';
import markdown from '@eslint/markdown';
import tseslint from 'typescript-eslint';

const timeAndTimers = [
  { name: 'setTimeout', message: 'Time has one door: src/clocks/system.ts.' },
  { name: 'setInterval', message: 'Time has one door: src/clocks/system.ts.' },
  { name: 'setImmediate', message: 'Time has one door: src/clocks/system.ts.' },
  { name: 'performance', message: 'Time has one door: src/clocks/system.ts.' },
];
const processGlobal = {
  name: 'process',
  message: 'Only cli/, daemon/, the face, clocks/ and executors/ know the process they live in.',
};
const consoleGlobal = { name: 'console', message: 'Only cli/ speaks to the person; everyone else emits events.' };
const clockSyntax = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Ask the Clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Ask the Clock.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Inject the source of chance.' },
];

/** Words that are not used here, with replacements. `test/structure/prose.test.ts` checks comments and test titles. */
const words = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8'));
const wordSyntax = (selectors) =>
  Object.entries(words).flatMap(([word, better]) =>
    selectors.map((selector) => ({
      selector: selector.replace('WORD', `/\\b${word}\\b/i`),
      message: `Do not write "${word}". Write: ${better}.`,
    })),
  );
const codeWords = wordSyntax(['Literal[value=WORD]', 'TemplateElement[value.raw=WORD]']);
const proseWords = wordSyntax(['text[value=WORD]']);

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'bench/results', 'test/support/puppet-command.cjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    // .oxlintrc.json has the rules that need types.
    rules: { '@typescript-eslint/consistent-type-imports': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      // A switch over a union is one decision, however many members the union has.
      complexity: ['error', { max: 10, variant: 'modified' }],
      'no-restricted-globals': ['error', ...timeAndTimers, processGlobal, consoleGlobal],
      'no-restricted-syntax': ['error', ...clockSyntax, ...codeWords],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'src/index.ts', 'src/this-machine.ts'],
    rules: { 'no-restricted-globals': ['error', ...timeAndTimers] },
  },
  {
    files: ['src/this-machine.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clockSyntax.slice(0, 2), ...codeWords] },
  },
  {
    files: ['src/{daemon,executors}/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...timeAndTimers, consoleGlobal] },
  },
  { files: ['src/clocks/system.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-syntax': 'off' } },
  {
    // The browser provides the clock and the process of the page. Text from commands and files stays text there, and is
    // never markup.
    files: ['src/page/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', processGlobal, consoleGlobal],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|write|srcdoc)$/]',
          message: 'Texts are set as textContent: nothing a command prints is markup.',
        },
        ...codeWords,
      ],
    },
  },
  {
    files: ['**/*.md'],
    plugins: { markdown },
    language: 'markdown/gfm',
    rules: { 'no-restricted-syntax': ['error', ...proseWords] },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/**'],
    rules: { 'no-restricted-globals': ['error', ...timeAndTimers.slice(0, 2)] },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
