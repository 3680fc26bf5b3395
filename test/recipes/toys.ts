/**
 * A change of one file: a new file, or a text in it that is replaced. The text remains in place, such as the start of a
 * list, so that recipes can be followed again.
 */
export type Change =
  | { readonly file: string; readonly create: string }
  | { readonly file: string; readonly find: string; readonly write: string };

/** A toy for each recipe of CONTRIBUTING.md, by the recipe's heading. */
export const TOYS: Readonly<Record<string, readonly Change[]>> = {
  'Add a schedule': [
    {
      file: 'src/schedules/toy.ts',
      create: `
import { ScheduleError, ScheduleTypeError, type ScheduleKind } from './kind.js';

export const toy: ScheduleKind<'toy', number> = {
  key: 'toy',
  recurs: false,
  entry: { summary: 'Fires once, at this point of epoch time in milliseconds.', example: '1000' },
  json: { type: 'integer' },
  examples: [1000],
  parse(value) {
    if (typeof value !== 'number') throw new ScheduleTypeError('toy takes a number.', 'For example: toy: 1000');
    if (value < 0) throw new ScheduleError('toy-before-1970', 'toy ' + value + ' is before 1970.');
    const next = (after: number) => (after < value ? value : undefined);
    const count = (after: number, until: number) => (after < value && value <= until ? 1 : 0);
    return { schedule: { intervalLike: false, next, count }, text: String(value), warnings: [] };
  },
  inWords: (text) => 'once, at ' + text + ' ms',
  timekeeping: () => 'Counts milliseconds of epoch time.',
};
`,
    },
    {
      file: 'src/schedules/index.ts',
      find: 'scheduleKinds = [',
      write: 'scheduleKinds = [toy, ',
    },
    {
      file: 'src/schedules/index.ts',
      find: "import { inKind } from './in.js';",
      write: "import { inKind } from './in.js';\nimport { toy } from './toy.js';",
    },
    {
      file: 'src/schedules/codes.ts',
      find: "  'cron-empty': {",
      write:
        "  'toy-before-1970': { summary: 'The point is before 1970.', fix: 'Write a later one.' },\n  'cron-empty': {",
    },
  ],
  'Add a key of a timer': [
    {
      file: 'src/config/check/schema.ts',
      find: '  tags: z.optional(',
      write: '  toy_color: z.optional(text),\n  tags: z.optional(',
    },
    {
      file: 'src/config/keys/timer-keys.ts',
      find: '  jitter: {',
      write: "  toy_color: { summary: 'The color.', example: 'red' },\n  jitter: {",
    },
    {
      file: 'src/domain/job.ts',
      find: '  readonly description?: string;',
      write: '  readonly description?: string;\n  readonly toyColor?: string;',
    },
    {
      file: 'src/config/build/job.ts',
      find: '    tags: values.tags ?? [],',
      write: '    ...withoutUndefined({ toyColor: values.toy_color }),\n    tags: values.tags ?? [],',
    },
  ],
  'Add an event': [
    {
      file: 'src/domain/events/http.ts',
      find: "import type { Instant } from '../time.js';",
      write: "import type { Instant } from '../time.js';\nimport { counted } from '../../text/counted.js';",
    },
    {
      file: 'src/domain/events/http.ts',
      find: 'export type HttpMoved =',
      write: `export interface HttpToyed {
  readonly event: 'http.toyed';
  readonly at: Instant;
  readonly toys: number;
}

export type HttpMoved = HttpToyed | Others;

type Others =`,
    },
    {
      file: 'src/domain/events/http.ts',
      find: "  'http.listening': {",
      write: `  'http.toyed': {
    summary: 'A toy was played with.',
    level: 'info',
    fields: { toys: { type: 'integer', summary: 'How many.' } },
    toFields: ({ toys }) => ({ toys }),
    sentence: ({ toys }) => \`played with \${counted(toys, 'toy')}\`,
    recorded: false,
    concerns: 'scheduler',
    since: '0.1.0',
    example: { event: 'http.toyed', at: example.at, toys: 3 },
  },
  'http.listening': {`,
    },
  ],
  'Add a metric': [
    {
      file: 'src/metrics/entries.ts',
      find: '  timers_armed: {',
      write: "  timers_toys: { type: 'gauge', help: 'Toys.', ...ofScheduler },\n  timers_armed: {",
    },
    {
      file: 'src/metrics/scheduler-metrics.ts',
      find: "    armed: gauge('timers_armed'),",
      write: "    toys: gauge('timers_toys'),\n    armed: gauge('timers_armed'),",
    },
  ],
  'Add a command': [
    {
      file: 'src/cli/commands/toy/command.ts',
      create: `
import type { CommandKind } from '../../command.js';

export const toy: CommandKind = {
  name: 'toy',
  group: 'file',
  summary: 'Play with a toy',
  since: '0.1.0',
  examples: [{ line: 'timers toy', does: 'Play' }],
  configure: () => (terminal) => {
    terminal.out('played');
    return Promise.resolve(0);
  },
};
`,
    },
    {
      file: 'src/cli/commands/index.ts',
      find: "import { top } from './top/command.js';",
      write: "import { top } from './top/command.js';\nimport { toy } from './toy/command.js';",
    },
    { file: 'src/cli/commands/index.ts', find: '  init,\n', write: '  init,\n  toy,\n' },
  ],
  'Add a format to import': [
    {
      file: 'src/importers/toy/toy.ts',
      create: `
import type { Importer } from '../kind.js';

export const toy: Importer = {
  name: 'toy',
  summary: 'toys',
  recognize: ({ text }) => (text.startsWith('toy') ? 1 : 0),
  read: (files) => ({
    settings: {},
    timers: files.map(({ path }) => ({
      name: 'toy',
      place: { file: path, line: 1 },
      keys: { every: '1h', run: 'play' },
      differences: [],
    })),
    differences: [],
  }),
};
`,
    },
    {
      file: 'src/importers/index.ts',
      find: "import type { Importer } from './kind.js';",
      write: "import type { Importer } from './kind.js';\nimport { toy } from './toy/toy.js';",
    },
    { file: 'src/importers/index.ts', find: '= [', write: '= [toy, ' },
  ],
  'Add a format to export': [
    {
      file: 'src/exporters/toy/toy.ts',
      create: `
import type { Exporter } from '../kind.js';

export const toyExporter: Exporter = {
  name: 'toy',
  summary: 'toys',
  write: (jobs) => ({
    files: [{ name: 'toys', text: jobs.map(({ name }) => name + '\\n').join('') }],
    differences: [],
  }),
};
`,
    },
    {
      file: 'src/exporters/index.ts',
      find: "import type { Exporter } from './kind.js';",
      write: "import type { Exporter } from './kind.js';\nimport { toyExporter } from './toy/toy.js';",
    },
    { file: 'src/exporters/index.ts', find: '= [', write: '= [toyExporter, ' },
  ],
  'Add a form of the log': [
    {
      file: 'src/sinks/toy-log.ts',
      create: `
import type { Sink } from '../domain/sink.js';
import type { SinkOptions } from './kind.js';

export const createToyLog = ({ destination }: SinkOptions): Sink => ({
  name: 'toy',
  accept: ({ event }) => destination.write(event + '!', 'event'),
  drained: () => destination.drained(),
  flush: () => destination.flush(),
});
`,
    },
    {
      file: 'src/sinks/index.ts',
      find: '  pretty: async',
      write: "  toy: async (options) => (await import('./toy-log.js')).createToyLog(options),\n  pretty: async",
    },
  ],
  'Add a rule for simulate --assert': [
    {
      file: 'src/simulation/rules.ts',
      find: "  { form: 'no-skips',",
      write: "  { form: 'no-toys', pattern: /^no-toys$/, read: () => isKind('missed') },\n  { form: 'no-skips',",
    },
  ],
  'Add a verb of the control socket': [
    {
      file: 'src/control/verb-entries.ts',
      find: '  health: {',
      write: "  toy: { summary: 'Plays.', args: {}, returns: '`toys`.' },\n  health: {",
    },
    { file: 'src/control/verbs.ts', find: '    health,\n', write: '    health,\n    toy: () => ({ toys: 3 }),\n' },
  ],
  'Add a route of the page': [
    {
      file: 'src/http/route-entries.ts',
      find: "  'GET /api/status': read(",
      write: "  'GET /api/toy': read('A toy.'),\n  'GET /api/status': read(",
    },
    {
      file: 'src/http/api.ts',
      find: '  events(api),\n',
      write: "  events(api),\n  look('toy', (_request, response) => sendJson(response, 200, { toys: 3 })),\n",
    },
  ],
  'Add a key of the live view': [
    {
      file: 'src/cli/commands/top/keys.ts',
      find: '  q: (view) =>',
      write: "  y: (view) => withWish(view, { kind: 'redraw' }),\n  q: (view) =>",
    },
    {
      file: 'src/cli/commands/top/render/help.ts',
      find: "  ['t', 'trigger",
      write: "  ['y', 'play with a toy'],\n  ['t', 'trigger",
    },
  ],
  'Add a service that watches runs': [
    {
      file: 'src/monitors/toy.ts',
      create: `
import type { Monitor } from '../domain/monitor.js';

export const toy = (url: string): Monitor => ({ kind: 'toy', requestFor: () => ({ method: 'GET', url }) });
`,
    },
    {
      file: 'src/monitors/index.ts',
      find: "export { url } from './url.js';",
      write: "export { toy } from './toy.js';\nexport { url } from './url.js';",
    },
    { file: 'src/domain/monitor-moment.ts', find: "'healthchecks'", write: "'toy' | 'healthchecks'" },
    {
      file: 'src/config/check/schema.ts',
      find: '    healthchecks: z.optional(addressTemplate),',
      write: '    healthchecks: z.optional(addressTemplate),\n    toy: z.optional(addressTemplate),',
    },
    {
      file: 'src/config/keys/timer-maps.ts',
      find: '    healthchecks: {',
      write: "    toy: { summary: 'The URL of a toy.', example: 'https://toy.example.com' },\n    healthchecks: {",
    },
    {
      file: 'src/config/build/monitors.ts',
      find: 'const [kind, second] = ([',
      write: "const [kind, second] = (['toy', ",
    },
    { file: 'src/config/build/monitors.ts', find: 'KEYS_OF = {', write: 'KEYS_OF = { toy: [],' },
    {
      file: 'src/config/build/monitors.ts',
      find: "  if (kind === 'sentry')",
      write: "  if (kind === 'toy') return [toy(ping.toy ?? '')];\n  if (kind === 'sentry')",
    },
    {
      file: 'src/config/build/monitors.ts',
      find: "import type { Monitor } from '../../domain/monitor.js';",
      write: "import type { Monitor } from '../../domain/monitor.js';\nimport { toy } from '../../monitors/index.js';",
    },
  ],
  'Add a source of time': [
    {
      file: 'src/time-sources/toy.ts',
      create: `
import type { TimeSourceKind } from './kind.js';

export const toy: TimeSourceKind = {
  key: 'toy',
  create: () => [{ measure: () => Promise.resolve({ kind: 'sample', source: 'toy', offsetMs: 1, errorMs: 1 }) }],
};
`,
    },
    {
      file: 'src/time-sources/index.ts',
      find: "import { sntp } from './sntp.js';",
      write: "import { sntp } from './sntp.js';\nimport { toy } from './toy.js';",
    },
    {
      file: 'src/time-sources/index.ts',
      find: 'timeSourceKinds: readonly TimeSourceKind[] = [',
      write: 'timeSourceKinds: readonly TimeSourceKind[] = [toy, ',
    },
  ],
};

/** A module of the copy whose types only fit with the toys. */
export const USES = `
import type { ScheduleSpec } from './index.js';
import { parseScheduleAt } from './schedules/index.js';
import type { LogFormat } from './sinks/index.js';

export const format: LogFormat = 'toy';
const spec: ScheduleSpec = { toy: 5 };
export const next = parseScheduleAt(spec, { start: 0, defaultTimezone: 'UTC' }).next(0);
`;
