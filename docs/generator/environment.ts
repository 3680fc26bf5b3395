import { READ_VARIABLES, SET_VARIABLES } from '../../src/system/variables.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of all environment variables from their entries. */
export const renderEnvironment = (): string =>
  `${paragraphs(
    generatedFrom('src/system/variables.ts'),
    '# Environment variables',
    `Times are in UTC, such as ${code('2026-11-23T02:00:00.000Z')}. All variables exist since 0.1.0.`,
    '## Read by `timers`',
    rows(READ_VARIABLES),
    ...Object.entries(SET_VARIABLES).map(([who, entries]) =>
      paragraphs(`## Set for ${who.toLowerCase()}`, rows(entries)),
    ),
  )}\n`;

const rows = (entries: Readonly<Record<string, string>>): string =>
  table(
    ['variable', 'meaning'],
    Object.entries(entries).map(([name, meaning]) => [code(name), meaning]),
  );
