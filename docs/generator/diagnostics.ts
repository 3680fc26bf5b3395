import type { CodeEntry } from '../../src/config/text/codes/entry.js';
import { FILE_CODES } from '../../src/config/text/codes/file.js';
import { SETTING_CODES } from '../../src/config/text/codes/settings.js';
import { VALUE_CODES } from '../../src/config/text/codes/values.js';
import { WARNING_CODES } from '../../src/config/text/codes/warnings.js';
import { YAML_CODES } from '../../src/config/text/codes/yaml.js';
import { WARNINGS } from '../../src/config/check/warning-codes.js';
import { SCHEDULE_CODES } from '../../src/schedules/codes.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

type Entries = Readonly<Record<string, CodeEntry>>;

const isWarning = ([, { severity }]: readonly [string, CodeEntry]): boolean => severity === 'warning';

const GROUPS: readonly { readonly title: string; readonly entries: Entries }[] = [
  { title: 'Read the file', entries: FILE_CODES },
  { title: 'Write YAML', entries: YAML_CODES },
  { title: 'Write keys and values', entries: VALUE_CODES },
  { title: 'Write a schedule', entries: SCHEDULE_CODES },
  { title: 'Combine keys', entries: SETTING_CODES },
];

/** Every code with its entry. */
export const DIAGNOSTICS: Entries = Object.assign(
  {},
  ...GROUPS.map(({ entries }) => entries),
  WARNING_CODES,
) as Entries;

/** Renders the page of all codes of diagnostics from their entries. */
export const renderDiagnostics = (): string =>
  `${paragraphs(
    generatedFrom('src/config/text/codes and src/schedules/codes.ts'),
    '# Diagnostics',
    `${code('timers validate')} reports errors and warnings of a timer file, each with a code. Codes never change.
${code('timers validate --json')} prints them for editors and CI. An error makes the file invalid, but a warning does not.`,
    'The examples show the lines of one timer, or a whole file. All codes exist since 0.1.0.',
    '## Errors',
    ...GROUPS.map(({ title, entries }) =>
      paragraphs(
        `### ${title}`,
        ...Object.entries(entries)
          .filter((each) => !isWarning(each))
          .map(section),
      ),
    ),
    '## Warnings',
    `A timer silences a warning with ${code('ignore')}, such as ${code('ignore: [dst-gap]')}. ${code('timers validate --strict')} treats warnings as errors.`,
    ...Object.entries(DIAGNOSTICS).filter(isWarning).map(section),
    '## Warnings that `ignore` accepts',
    table(
      ['code', 'meaning'],
      [...WARNINGS].sort().map((name) => [`[${code(name)}](#${name})`, DIAGNOSTICS[name]?.summary ?? '']),
    ),
  )}\n`;

const section = ([name, { severity, summary, fix, example }]: readonly [string, CodeEntry]): string =>
  paragraphs(
    `#### ${code(name)}`,
    `${summary}${severity === 'either' ? ' This is an error if `timers` runs as root, otherwise a warning.' : ''} ${fix}`,
    example === undefined ? undefined : `\`\`\`yaml\n${example}\n\`\`\``,
  );
