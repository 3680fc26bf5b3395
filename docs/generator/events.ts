import { createSystemClock } from '../../src/clocks/system.js';
import {
  EVENTS,
  type EventEntry,
  type EventField,
  type EventFields,
  type TimerEvent,
} from '../../src/domain/events/index.js';
import { FIRING_FIELDS, RECORD_FIELDS, RUN_FIELDS, TIMER_FIELDS } from '../../src/domain/events/fields.js';
import { toTimestamp } from '../../src/domain/time.js';
import { createJsonLog } from '../../src/sinks/json-log.js';
import { anchor, generatedFrom } from './markdown.js';

type Entry = EventEntry<TimerEvent>;

const entries = Object.entries(EVENTS) as unknown as readonly (readonly [string, Entry])[];

/** Fields that many events share, largest group first. An event's table names the group instead of its fields. */
const GROUPS: readonly { readonly title: string; readonly fields: EventFields }[] = [
  { title: 'Fields of a run', fields: RUN_FIELDS },
  { title: 'Fields of a firing', fields: FIRING_FIELDS },
  { title: 'Fields of a timer', fields: TIMER_FIELDS },
];

/** Renders the page of all events from their entries. */
export const renderEvents = (): string =>
  `${generatedFrom('src/domain/events')}

# Events

Everything that happens is an event, and every event is one record of the log. [Find an event](#find-an-event) lists them all.
\`timers schema log\` prints this page as a JSON Schema, for programs.

\`timers logs --json\`, \`timers history --json\`, the webhooks of \`notify\` and the library's \`onEvent\` use the same fields.
Events of level \`debug\` are logged only with \`--log-level debug\`, and \`onEvent\` does not receive them.

Every firing ends in exactly one \`run.finished\`, \`firing.skipped\` or \`firing.missed\`.

## Find an event

| event | level | emitted |
|---|---|---|
${entries.map(([name, entry]) => `| [\`${name}\`](#${anchor(name)}) | ${levelText(entry)} | ${entry.summary} |`).join('\n')}

## Read a record

A record is a JSON object on one line. A timestamp is in UTC with milliseconds, such as \`2026-11-23T02:00:00.000Z\`.

### Fields of every record

${table(RECORD_FIELDS)}

${GROUPS.toReversed()
  .map(({ title, fields }) => `### ${title}\n\n${table(fields)}`)
  .join('\n\n')}

## All events

${entries.map(([name, entry]) => section(name, entry)).join('\n\n')}
`;

function section(name: string, entry: Entry): string {
  const { summary, fields, since, recorded } = entry;
  const group = GROUPS.find((each) => Object.entries(each.fields).every(([key, field]) => fields[key] === field));
  const own = Object.fromEntries(Object.entries(fields).filter(([key]) => group?.fields[key] === undefined));
  const facts = [
    `Level: ${levelText(entry)}`,
    ...(recorded === 'event' ? ['Recorded in the state'] : []),
    `Since: ${since}`,
    ...(group === undefined
      ? []
      : [
          `Fields: [${group.title.toLowerCase()}](#${anchor(group.title)})${Object.keys(own).length > 0 ? ', and these' : ''}`,
        ]),
  ];
  return [
    `### \`${name}\``,
    summary,
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...(Object.keys(own).length === 0 ? [] : [table(own)]),
    `\`\`\`json\n${exampleLine(entry.example)}\n\`\`\``,
  ].join('\n\n');
}

const levelText = ({ level }: Entry): string => (typeof level === 'string' ? `\`${level}\`` : level.summary);

const table = (fields: EventFields): string =>
  `| field | type | meaning |\n|---|---|---|\n${Object.entries(fields)
    .map(([key, field]) => row(key, field))
    .join('\n')}`;

const TYPES: Readonly<Record<EventField['type'], string>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  timestamp: 'timestamp',
  strings: 'list of strings',
  object: 'object',
};

function row(key: string, { type, unit, summary, values, optional, nullable }: EventField): string {
  const types = `${TYPES[type]}${unit === undefined ? '' : `, ${unit}`}${nullable ? ' or `null`' : ''}`;
  const words = values?.map((value) => `\`${value}\``) ?? [];
  const oneOf = words.length < 2 ? words.map((word) => `Always ${word}.`) : [`One of ${words.join(', ')}.`];
  return `| \`${key}\`${optional ? ' (optional)' : ''} | ${types} | ${[summary, ...oneOf].join(' ')} |`;
}

/** Returns the line that `timers start --log-format json` writes. */
function exampleLine(example: TimerEvent): string {
  let text = '';
  const log = createJsonLog({
    destination: {
      write: (record) => void (text += record),
      drained: () => undefined,
      flush: () => Promise.resolve(),
      onDropped: () => undefined,
    },
    clock: createSystemClock(),
    level: 'trace',
    host: 'server1',
    color: false,
    local: { zone: 'UTC', format: toTimestamp },
  });
  log.accept(example);
  return text.trimEnd();
}
