import { UsageError } from './command.js';

/** An option of other programs, and its equivalent here. */
interface OtherOption {
  readonly words: readonly string[];
  /** Default: all. */
  readonly commands?: readonly string[];
  /** A sentence; `command` is the command that has the option. */
  readonly way: (command: string) => string;
}

const FOLLOW = 'To follow what happens: timers logs --follow';
const LIVE = 'To watch it live: timers top';

/** Words for a point in time. */
const MOMENTS = ['--on', '--at', '--when', '--time', '--date', '--day', '--scheduled-for', '--start'];

const OTHER_OPTIONS: readonly OtherOption[] = [
  { words: ['--follow', '-F', '--watch', '-w'], commands: ['history', 'run', 'why'], way: () => FOLLOW },
  { words: ['--follow', '-F', '--watch', '-w'], commands: ['status', 'list', 'next'], way: () => LIVE },
  {
    words: ['-d', '--daemon', '--daemonize', '--detach', '--background'],
    commands: ['start'],
    way: () => 'timers start stays in the foreground: let systemd or a container keep it running.',
  },
  {
    words: ['--dry-run', '--check', '--test'],
    commands: ['start', 'run'],
    way: () => 'To see what would run: timers validate, timers next, timers simulate',
  },
  { words: ['-v', '--verbose', '--debug'], commands: ['start'], way: () => 'Use --log-level debug' },
  { words: ['-q', '--quiet', '--silent'], commands: ['start'], way: () => 'Use --log-level error' },
  {
    words: ['--force', '--now', '--kill'],
    commands: ['stop'],
    way: () => 'timers stop ends active runs; timers stop --drain waits for them.',
  },
  { words: ['-o', '--output', '--format'], way: (command) => `For JSON: timers ${command} --json` },
  {
    words: ['--name', '--timer', '--task', '--job'],
    way: (command) => `Pass names without an option: timers ${command} NAME`,
  },
  { words: MOMENTS, commands: ['why'], way: () => 'Use --at, such as --at 05:00.' },
  { words: MOMENTS, commands: ['next', 'simulate'], way: (command) => `Use --from: timers ${command} --from 05:00` },
  {
    words: MOMENTS,
    commands: ['history', 'logs'],
    way: (command) => `Use --since: timers ${command} --since today`,
  },
  { words: ['-c', '--conf', '--timers'], way: (command) => `Use -f: timers ${command} -f timers.yaml` },
  { words: ['-a', '--all'], way: () => 'Leave it out: without names, the command covers all timers.' },
];

/** @throws UsageError for an option of other programs, with its equivalent here. */
export function refuseOtherOption(word: string, command: string): void {
  const [name = word] = word.split('=', 1);
  const other = OTHER_OPTIONS.find(
    ({ words, commands }) => words.includes(name) && commands?.includes(command) !== false,
  );
  if (other) throw new UsageError(`timers ${command} has no option ${name}. ${other.way(command)}`);
}

/** @throws UsageError for a trailing option without its value, if users mean something else by it. */
export function refuseBareOption(word: string, command: string): void {
  if (word === '-f' || word === '--file')
    throw new UsageError(`${word} takes the path of a timer file: timers ${command} -f timers.yaml. ${FOLLOW}`);
  if (word === '--run')
    throw new UsageError(`--run takes the id of a run, as shown by timers history: timers ${command} --run ID`);
}
