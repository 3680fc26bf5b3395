import { EXIT_CODES } from '../../src/cli/exit-code-entries.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of all exit codes from their entries. */
export const renderExitCodes = (): string =>
  `${paragraphs(
    generatedFrom('src/cli/exit-code-entries.ts'),
    '# Exit codes',
    `These are the exit codes of all commands. If none of them applies, ${code('timers run')} and ${code('timers trigger --wait')} exit as their command does. All codes exist since 0.1.0.`,
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_CODES).map(([exitCode, meaning]) => [code(exitCode), meaning]),
    ),
  )}\n`;
