import { TABLES } from '../../src/stores/tables.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of the tables of the state from their entries. */
export const renderState = (): string =>
  `${paragraphs(
    generatedFrom('src/stores/tables.ts'),
    '# State',
    'The state is one SQLite file. You can query it while a scheduler runs. Do not write to it.',
    `\`\`\`sh
sqlite3 -readonly timers.db "SELECT task_name, status, count(*) FROM history GROUP BY 1, 2"
\`\`\``,
    'A timestamp is in milliseconds since 1970-01-01 UTC. A value that does not apply is null. All tables exist since 0.1.0.',
    ...Object.entries(TABLES).map(([name, { summary, columns }]) =>
      paragraphs(
        `## ${code(name)}`,
        summary,
        table(
          ['column', 'type', 'meaning'],
          Object.entries(columns).map(([key, { type, summary: meaning }]) => [code(key), type, meaning]),
        ),
      ),
    ),
  )}\n`;
