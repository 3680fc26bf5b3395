import { expect, test } from 'vitest';
import type { KnownCommand } from '../../src/cli/known-command.js';
import { normalizeArguments } from '../../src/cli/normalize-argv.js';
import { withWay } from '../../src/cli/stray-words.js';

const flag = (long: string) => ({ long: `--${long}`, required: false });
const value = (long: string, short?: string) => ({ long: `--${long}`, short, required: true });
const file = value('file', '-f');
const commands: readonly KnownCommand[] = [
  { name: 'start', options: [file, value('state'), value('timezone')], most: 0 },
  { name: 'status', options: [file, { long: '--check', required: false, optional: true }], most: 0 },
  { name: 'list', options: [file, value('state'), flag('json')], most: 0 },
  { name: 'next', options: [file, value('count', '-n'), value('from'), value('until')], most: Infinity },
  {
    name: 'history',
    options: [file, value('since'), value('until'), value('count', '-n'), value('status'), value('run')],
    most: Infinity,
  },
  {
    name: 'logs',
    options: [value('file'), { ...flag('follow'), short: '-f' }, value('since'), value('count', '-n')],
    most: 1,
  },
  { name: 'simulate', options: [file, value('from'), value('to'), value('durations')], most: Infinity },
  { name: 'why', options: [file, value('at')], most: 1 },
  { name: 'diff', options: [file], most: 1 },
  { name: 'at', options: [file], most: Infinity },
  { name: 'run', options: [file, flag('json')], most: 1 },
  { name: 'pause', options: [file, value('for'), value('until'), flag('all')], most: Infinity },
];

const isFile = (path: string) => ['jobs.yaml', 'here.conf'].includes(path);

test.each([
  ['list -f x.yaml', 'list -f x.yaml'],
  // Options before the command.
  ['-f x.yaml list', 'list --file x.yaml'],
  ['--json --state s.db list', 'list --json --state s.db'],
  ['-f x.yaml logs -f', 'logs --file x.yaml -f'],
  ['--file=x.yaml next -n 1', 'next --file=x.yaml -n 1'],
  ['--config x.yaml list', 'list --file x.yaml'],
  ['--config=x.yaml --tz UTC start', 'start --file=x.yaml --timezone UTC'],
  ['--limit 5 next', 'next --count 5'],
  ['--last history', 'history --count=1'],
  ['--last 5 history', 'history --count 5'],
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
  // Synonyms become the command's own option.
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
])('accepts timers %s', (line, straight) => {
  expect(normalizeArguments(line.split(' '), commands, isFile).join(' ')).toBe(straight);
});

test.each([
  ['start jobs.conf', /Pass a timer file with -f: timers start -f jobs\.conf$/],
  ['start --state s.db jobs.conf', /timers start -f jobs\.conf$/],
  ['start -d', /stays in the foreground/],
  ['history -f', /-f takes the path of a timer file.*timers logs --follow$/],
  ['history --follow', /timers history has no option --follow\. To follow what happens: timers logs --follow$/],
  ['next --days 3', /Use --until: timers next --until 3d$/],
  ['history --today', /Use --since: timers history --since today$/],
  ['start --port 80', /Write it in the timer file, such as http:/],
  ['run b --timeout 5s', /It is a key of the timer file: timers help keys timeout$/],
  ['status backup', /Remove it, or see timers status --help$/],
  ['status other/jobs.txt', /Pass a timer file with -f: timers status -f other\/jobs\.txt$/],
  ['enable backup', /unknown command "enable"\. To end a pause: timers resume NAME\./],
  ['ls', /To show the timers: timers list$/],
  ['history --run', /--run takes the id of a run.*timers history --run ID$/],
  ['history --timer=backup', /Pass names without an option: timers history NAME$/],
  ['why b --on 05:00', /Use --at, such as --at 05:00\.$/],
  ['next --at 05:00', /timers next --from 05:00$/],
  ['history --on today', /timers history --since today$/],
  ['status --watch', /timers top$/],
  ['why a yesterday', /takes one, got "yesterday"\. Use --at: timers why a --at yesterday$/],
  ['why a at 03:00', /got "at"\. Use --at: timers why a --at 03:00$/],
  ['why a on 2026-11-22', /Use --at: timers why a --at 2026-11-22$/],
  ['why a -2h', /no option -2h\. Use --at: timers why a --at -2h$/],
  ['why a 2h', /Use --at: timers why a --at 2h$/],
  ['next -5', /no option -5\. Use -n: timers next -n 5$/],
  ['history backup -20', /Use -n: timers history backup -n 20$/],
  ['why a b', /timers why takes one, got "b"\. For each one, run it again: timers why b$/],
  ['logs backup 20', /takes one, got "20"\. Use -n: timers logs backup -n 20$/],
  ['logs backup today', /Use --since: timers logs backup --since today$/],
  ['run backup json', /takes one, got "json"\. Use --json: timers run backup --json$/],
  ['list json', /Use --json: timers list --json$/],
  ['-c x.yaml list', /no option -c\. Use -f: timers list -f timers\.yaml$/],
  ['--timer backup next', /Pass names without an option: timers next NAME$/],
  ['jobs.yaml list', /unknown command "jobs\.yaml"\. .* timers list -f jobs\.yaml$/],
  ['jobs.yaml', /timers start -f jobs\.yaml$/],
  ['list -o json', /For JSON: timers list --json$/],
])('timers %s is rejected with the correct form', (line, way) => {
  expect(() => normalizeArguments(line.split(' '), commands, isFile)).toThrow(way);
});

test.each([
  ['next yesterday', 'yesterday', 'Use --from: timers next --from yesterday'],
  ['next backup 5', '5', 'Use -n: timers next backup -n 5'],
  ['next backup 7d', '7d', 'Use --until: timers next backup --until 7d'],
  ['next from tomorrow', 'from', 'Use --from: timers next --from tomorrow'],
  ['next since tomorrow', 'since', 'Use --from: timers next --from tomorrow'],
  ['next at 05:00', 'at', 'Use --from: timers next --from 05:00'],
  ['simulate 7d', '7d', 'Use --to: timers simulate --to 7d'],
  ['pause backup 1h', '1h', 'Use --for: timers pause backup --for 1h'],
  ['pause backup until tomorrow', 'until', 'Use --until: timers pause backup --until tomorrow'],
  ['pause backup 18:00', '18:00', 'Use --until: timers pause backup --until 18:00'],
  ['pause all', 'all', 'Use --all: timers pause --all'],
  ['logs today', 'today', 'Use --since: timers logs --since today'],
  ['history since 2026-11-22', 'since', 'Use --since: timers history --since 2026-11-22'],
])('timers %s is rejected with the option that is meant', (line, name, way) => {
  const message = `unknown timer "${name}" in timers.yaml. It has: backup`;
  expect(withWay(message, line.split(' '), commands)).toBe(`${message}. ${way}`);
});

test.each(['next bakup', 'history backup', 'simulate json5'])('timers %s is rejected with the unknown name', (line) => {
  const message = `unknown timer "${line.split(' ')[1]}" in timers.yaml. Did you mean backup?`;
  expect(withWay(message, line.split(' '), commands)).toBe(message);
});
