import { EXIT_CODES } from '../../src/cli/exit-code-entries.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of all exit codes from their entries. */
export const renderExitCodes = (): string =>
  `${paragraphs(
    generatedFrom('src/cli/exit-code-entries.ts'),
    '# Exit codes',
    `Otherwise ${code('timers run')} and ${code('timers trigger --wait')} exit as their command does. All exist since 0.1.0.`,
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_CODES).map(([exitCode, meaning]) => [code(exitCode), meaning]),
    ),
  )}\n`;
