import { exampleOf, keyCatalog, type KeyInfo } from '../../src/config/keys/catalog.js';
import { fallbackOf } from '../../src/config/keys/text.js';
import { anchor, generatedFrom } from './markdown.js';

/** Renders the page of all keys of the timer file from their entries. */
export function renderKeys(): string {
  const groups = keyCatalog();
  return `${generatedFrom('src/config/keys')}

# Keys of the timer file

The timer file is a YAML map. \`timers help keys KEY\` prints one of these entries. [An editor](schema.md) shows them as well.

## Find a key

${groups.map(({ title, keys }) => `- ${title}: ${keys.filter(isOuter).map(link).join(', ')}`).join('\n')}

Top-level keys that begin with \`x-\` are ignored. Use them for YAML anchors.

## Write a value

| type | what to write |
|---|---|
| duration | A number with a unit (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, \`w\`), a sum such as \`1h30m\`, or ISO 8601 such as \`PT30S\`. |
| size | A number with a unit: \`B\`, \`KB\`, \`MB\`, \`GB\`, \`KiB\`, \`MiB\`, \`GiB\`. |
| point in time | A local time such as \`"2030-01-01 00:00"\`, a date, or RFC 3339 such as \`2030-01-01T00:00:00Z\`. |
| time zone | An IANA name such as \`Europe/Berlin\`, or \`UTC\`. |
| path | Absolute, or relative to the folder of the timer file. \`~\` is the home folder of the user. |
| command | A string for the shell, or a list of a program and its arguments. |

\`\${NAME}\` and \`\${NAME:-default}\` in a value become the environment variable of that name. Commands are the exception: the
shell expands them.

${groups.map(({ title, keys }) => [`## ${title}`, ...keys.map(section)].join('\n\n')).join('\n\n')}
`;
}

const isOuter = ({ path }: KeyInfo): boolean => !path.includes('.');

/** Returns the heading of a key. The key `timezone` exists both at the top of the file and in a timer. */
const headingOf = ({ path, level }: KeyInfo): string =>
  path === 'timezone' ? `\`timezone\` of ${level === 'file' ? 'the file' : 'a timer'}` : `\`${path}\``;

const link = (key: KeyInfo): string => `[\`${key.path}\`](#${anchor(headingOf(key))})`;

/** Returns a sentence as the continuation of a label. A name such as OpenTelemetry keeps its capital. */
const continued = (text: string): string =>
  text.replace(/\.$/, '').replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());

function section(key: KeyInfo): string {
  const { summary, details = [], unit, bounds, since = '0.1.0' } = key.entry;
  const [label, text = ''] = fallbackOf(key.entry) ?? [];
  const facts = [
    `Type: ${key.type}${unit === undefined ? '' : ` (${unit})`}`,
    ...(bounds === undefined ? [] : [`Bounds: ${bounds}`]),
    ...(label === undefined ? [] : [text === '' ? label : `${label}: ${continued(text)}`]),
    `Since: ${since}`,
  ];
  return [
    `### ${headingOf(key)}`,
    [summary, ...details].join('\n'),
    facts.map((fact) => `- ${fact}`).join('\n'),
    `\`\`\`yaml\n${exampleOf(key)}\n\`\`\``,
  ].join('\n\n');
}
