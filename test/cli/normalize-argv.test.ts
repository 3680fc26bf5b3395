import { expect, test } from 'vitest';
import { normalizeArguments, type KnownCommand } from '../../src/cli/normalize-argv.js';

const flag = (long: string) => ({ long: `--${long}`, required: false });
const value = (long: string, short?: string) => ({ long: `--${long}`, short, required: true });
const file = value('file', '-f');
const commands: readonly KnownCommand[] = [
  { name: 'start', options: [file, value('state'), value('timezone')], hasArguments: false },
  { name: 'status', options: [file, { long: '--check', required: false, optional: true }], hasArguments: false },
  { name: 'list', options: [file, value('state'), flag('json')], hasArguments: false },
  { name: 'next', options: [file, value('count', '-n'), value('from'), value('until')], hasArguments: true },
  {
    name: 'history',
    options: [file, value('since'), value('until'), value('count', '-n'), value('status'), value('run')],
    hasArguments: true,
  },
  { name: 'logs', options: [value('file'), { ...flag('follow'), short: '-f' }], hasArguments: true },
  { name: 'simulate', options: [file, value('from'), value('to'), value('durations')], hasArguments: true },
  { name: 'why', options: [file, value('at')], hasArguments: true },
  { name: 'diff', options: [file], hasArguments: true },
  { name: 'at', options: [file], hasArguments: true },
];

const isFile = (path: string) => ['jobs.yaml', 'here.conf'].includes(path);

test.each([
  ['list -f x.yaml', 'list -f x.yaml'],
  // In front of the command.
  ['-f x.yaml list', 'list --file x.yaml'],
  ['--json --state s.db list', 'list --json --state s.db'],
  ['-f x.yaml logs -f', 'logs --file x.yaml -f'],
  ['--file=x.yaml next -n 1', 'next --file=x.yaml -n 1'],
  // A file as an argument.
  ['start jobs.yaml', 'start --file jobs.yaml'],
  ['start there-is-none.yaml', 'start --file there-is-none.yaml'],
  ['list --json jobs.yaml', 'list --json --file jobs.yaml'],
  ['logs -f jobs.yaml', 'logs -f --file jobs.yaml'],
  ['next jobs.yaml backup', 'next --file jobs.yaml backup'],
  ['next backup.json', 'next backup.json'],
  ['next -f other.yaml jobs.yaml', 'next -f other.yaml jobs.yaml'],
  ['next -fother.yaml jobs.yaml', 'next -fother.yaml jobs.yaml'],
  ['simulate --durations jobs.yaml', 'simulate --durations jobs.yaml'],
  ['diff jobs.yaml', 'diff jobs.yaml'],
  ['at 17:00 -- cat jobs.yaml', 'at 17:00 -- cat jobs.yaml'],
  ['start -- jobs.yaml', 'start -- jobs.yaml'],
  // One word for one thing.
  ['next --since now --to 1d', 'next --from now --until 1d'],
  ['history --from=today --lines 3', 'history --since=today --count 3'],
  ['simulate --until 7d', 'simulate --to 7d'],
  ['start --tz UTC --config jobs.yaml', 'start --timezone UTC --file jobs.yaml'],
  ['start --frobnicate', 'start --frobnicate'],
  ['history --outcome lost --last 3', 'history --status lost --count 3'],
  ['history --last', 'history --count=1'],
  ['history --last 2h', 'history --since 2h'],
  ['history backup --failed', 'history backup --status=failure,timeout,lost'],
  ['start --utc', 'start --timezone=UTC'],
  ['start .timersrc', 'start --file .timersrc'],
  ['list here.conf', 'list --file here.conf'],
  ['history here.conf', 'history here.conf'],
  ['status --check alive', 'status --check alive'],
  ['at 17:00 -- date --to x', 'at 17:00 -- date --to x'],
  // Help.
  ['help', '--help'],
  ['help next', 'next --help'],
  ['help nosuch', 'nosuch'],
  ['nosuch --help', 'nosuch'],
  ['-f x nosuch', 'nosuch'],
  ['--help', '--help'],
  ['-V', '-V'],
  ['-V list', '-V list'],
])('timers %s', (line, straight) => {
  expect(normalizeArguments(line.split(' '), commands, isFile).join(' ')).toBe(straight);
});

test.each([
  ['start jobs.conf', /A timer file is named with -f: timers start -f jobs\.conf$/],
  ['start --state s.db jobs.conf', /timers start -f jobs\.conf$/],
  ['start -d', /stays in the foreground/],
  ['history -f', /-f takes the path of a timer file.*timers logs --follow$/],
  ['history --follow', /timers history has no option --follow\. To follow what happens: timers logs --follow$/],
  ['history --run', /--run takes the id of a run.*timers history --run ID$/],
  ['history --timer=backup', /Names follow without an option: timers history NAME$/],
  ['why b --on 05:00', /Write --at, such as --at 05:00\.$/],
  ['next --at 05:00', /timers next --from 05:00$/],
  ['history --on today', /timers history --since today$/],
  ['status --watch', /timers top$/],
  ['list -o json', /For JSON: timers list --json$/],
])('timers %s says how to write it', (line, way) => {
  expect(() => normalizeArguments(line.split(' '), commands, isFile)).toThrow(way);
});
