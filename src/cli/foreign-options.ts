import { UsageError } from './command.js';

/** An option of other programs, and its equivalent here. */
interface OtherOption {
  readonly words: readonly string[];
  /** The commands that this entry applies to. Default: all. */
  readonly commands?: readonly string[];
  /**
   * Returns what to use instead, as a sentence. `command`: the command with the option. `name`: the option without
   * dashes.
   */
  readonly way: (command: string, name: string) => string;
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
  {
    words: ['--days', '--hours', '--for', '--within'],
    commands: ['next'],
    way: () => 'Use --until: timers next --until 3d',
  },
  {
    words: ['--today', '--yesterday'],
    commands: ['history', 'logs'],
    way: (command, name) => `Use --since: timers ${command} --since ${name}`,
  },
  {
    words: ['-l', '-N', '--max', '--number'],
    commands: ['history', 'logs', 'next', 'explain'],
    way: (command) => `Use -n: timers ${command} -n 5`,
  },
  {
    words: ['-p', '--port', '--http', '--listen', '--address', '--metrics'],
    commands: ['start'],
    way: () => 'Write it in the timer file, such as http: 127.0.0.1:9464',
  },
  {
    words: ['--timeout', '--retry', '--user', '--env', '--shell', '--cwd', '--concurrency'],
    commands: ['run', 'start', 'trigger'],
    way: (_command, name) => `It is a key of the timer file: timers help keys ${name}`,
  },
  { words: MOMENTS, commands: ['why'], way: () => 'Use --at, such as --at 05:00.' },
  { words: MOMENTS, commands: ['next', 'simulate'], way: (command) => `Use --from: timers ${command} --from 05:00` },
  {
    words: MOMENTS,
    commands: ['history', 'logs'],
    way: (command) => `Use --since: timers ${command} --since today`,
  },
  { words: ['-c', '--conf', '--timers'], way: (command) => `Use -f: timers ${command} -f timers.yaml` },
  { words: ['-a', '--all'], way: () => 'Remove it: without names, the command covers all timers.' },
];

/** @throws UsageError for an option of other programs, with its equivalent here. */
export function refuseOtherOption(word: string, command: string): void {
  const [name = word] = word.split('=', 1);
  const other = OTHER_OPTIONS.find(
    ({ words, commands }) => words.includes(name) && commands?.includes(command) !== false,
  );
  if (other === undefined) return;
  throw new UsageError(`timers ${command} has no option ${name}. ${other.way(command, name.replace(/^-+/, ''))}`);
}

const EDIT = 'Change the timer file, then: timers reload';
const EXPLAIN = 'To explain a timer: timers explain NAME';
const CHECK = 'To check the timer file: timers validate';

/** Commands of other programs, and what to use instead. */
const OTHER_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['show', EXPLAIN],
  ['describe', EXPLAIN],
  ['info', EXPLAIN],
  ['ls', 'To show the timers: timers list'],
  ['ps', 'To show what is running: timers status'],
  ['enable', 'To end a pause: timers resume NAME. For a timer with enabled: false, change the timer file.'],
  ['disable', 'To skip the firings of a timer: timers pause NAME, or enabled: false in the timer file.'],
  ['kill', 'To cancel the runs of a timer: timers cancel NAME. To stop the scheduler: timers stop'],
  ['restart', 'To load a changed file: timers reload. To restart: timers stop, then timers start'],
  ['add', EDIT],
  ['create', EDIT],
  ['edit', EDIT],
  ['delete', EDIT],
  ['remove', EDIT],
  ['rm', EDIT],
  ['check', CHECK],
  ['lint', CHECK],
  ['test', CHECK],
  ['tail', 'To follow the log: timers logs -f'],
  ['exec', 'To run a timer now: timers run NAME'],
  ['daemon', 'To run the timers: timers start'],
  ['version', 'To print the version: timers --version'],
]);

/** @throws UsageError for a command of other programs, with its equivalent here. */
export function refuseOtherCommand(word: string): void {
  const way = OTHER_COMMANDS.get(word);
  if (way !== undefined) throw new UsageError(`unknown command "${word}". ${way}`);
}

/** @throws UsageError for a trailing option without its value, if users may mean something else by it. */
export function refuseBareOption(word: string, command: string): void {
  if (word === '-f' || word === '--file')
    throw new UsageError(`${word} takes the path of a timer file: timers ${command} -f timers.yaml. ${FOLLOW}`);
  if (word === '--run')
    throw new UsageError(`--run takes the id of a run, as shown by timers history: timers ${command} --run ID`);
}
