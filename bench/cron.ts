import { CronExpressionParser } from 'cron-parser';
import { parseCronExpression } from 'cron-schedule';
import { Cron } from 'croner';
import nodeCron from 'node-cron';
import { createSystemClock } from '../src/clocks/system.js';
import { parseScheduleAt } from '../src/schedules/index.js';
import { heapUsed, median, type Result } from './result.js';

const TIMERS = 100_000;
/** These slower peers get fewer timers. The figures are per timer. */
const SLOW = new Set(['croner', 'node-cron', 'cron-parser']);
const FEWER = 2_000;
const CALLS = 20_000;
const ROUNDS = 5;
const ZONE = 'Europe/Berlin';
const START = Date.UTC(2026, 10, 23, 8);
const END = Date.UTC(2100, 0, 1);

const clock = createSystemClock();

/**
 * Expressions that people write, in realistic shares, without the extensions that some peers do not read. They have
 * fixed times of day, steps, ranges, lists, days of the week and days of the month. All different.
 */
export function mixedExpressions(count: number): string[] {
  const distinct = new Set<string>();
  for (let n = 0; distinct.size < count; n++) {
    const turn = Math.floor(n / SHAPES.length);
    const shape = SHAPES[n % SHAPES.length];
    // Mixed radix: every combination occurs once before the first one repeats.
    const [minute, hour] = [turn % 60, Math.floor(turn / 60) % 24];
    const [day, month] = [1 + (Math.floor(turn / 7) % 28), 1 + (Math.floor(turn / 1_440) % 12)];
    if (shape) distinct.add(shape({ minute, hour, day, month, weekday: turn % 7 }));
  }
  return [...distinct];
}

interface Values {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

const SHAPES: readonly ((values: Values) => string)[] = [
  ({ minute, hour }) => `${minute} ${hour} * * *`,
  ({ minute, hour, weekday }) => `${minute} ${hour} * * ${weekday}`,
  ({ minute, hour, day }) => `${minute} ${hour} ${day} * *`,
  ({ minute, hour, day, month }) => `${minute} ${hour} ${day} ${month} *`,
  ({ minute, hour, day }) => `*/${1 + (minute % 30)} ${hour}-23 ${day} * *`,
  ({ minute, hour, day, month }) => `${minute},${(minute + 20) % 60} ${hour} ${day} ${month} *`,
  ({ minute, hour, weekday, month }) => `${minute} */${1 + (hour % 12)} * ${month} ${weekday}`,
  ({ minute, hour, day, month }) => `${(minute * 7) % 60} ${minute} ${hour} ${day} ${month} *`,
];

/** How many milliseconds the work takes. */
function timed(work: () => void): number {
  const before = clock.monotonic();
  work();
  return clock.monotonic() - before;
}

type FirstNext = (expression: string) => unknown;

/**
 * Each reads the expression and returns the first instant; none arms a timer. cron-schedule knows no zones and uses the
 * machine's.
 */
const contenders: Readonly<Record<string, FirstNext>> = {
  timers: (cron) => parseScheduleAt({ cron, timezone: ZONE }, { start: START }).next(START),
  'cron-schedule': (cron) => parseCronExpression(cron).getNextDate(new Date(START)),
  croner: (cron) => new Cron(cron, { timezone: ZONE, paused: true }).nextRun(new Date(START)),
  'node-cron': (cron) => nodeCron.createTask(cron, () => undefined, { timezone: ZONE }).getNextRuns(1),
  'cron-parser': (cron) => CronExpressionParser.parse(cron, { tz: ZONE, currentDate: START }).next(),
};

/** Microseconds for one timer, the median of the rounds. */
function perTimer(firstNext: FirstNext, rounds: readonly (readonly string[])[]): number {
  return median(
    rounds.map((expressions) => (timed(() => expressions.forEach(firstNext)) / expressions.length) * 1_000),
  );
}

/** The bytes of heap that remain in use for one timer, including what all timers share. */
function heapPerTimer(expressions: readonly string[]): number {
  const before = heapUsed();
  const kept = expressions.map((cron) => parseScheduleAt({ cron, timezone: ZONE }, { start: START }));
  return (heapUsed() - before) / kept.length;
}

/** Calls of `next` in a chain, per second; the chain starts over at the end of the century. */
function chained(step: (after: number) => number): number {
  let at = START;
  const milliseconds = timed(() => {
    for (let call = 0; call < CALLS; call++) at = at < END ? step(at) : START;
  });
  return Math.round((CALLS / milliseconds) * 1_000);
}

function chains(cron: string): Result[] {
  const ours = parseScheduleAt({ cron, timezone: ZONE }, { start: START });
  const parser = CronExpressionParser.parse(cron, { tz: ZONE, currentDate: START });
  const croner = new Cron(cron, { timezone: ZONE, paused: true });
  const value = chained((at) => ours.next(at) ?? 0);
  const peers = {
    'cron-parser': chained((at) => {
      if (at === START) parser.reset(new Date(START));
      return parser.next().getTime();
    }),
    croner: chained((at) => croner.nextRun(new Date(at))?.getTime() ?? 0),
  };
  return Object.entries(peers).map(([name, rate]) => ({
    name: `cron: next() in a chain, "${cron}"`,
    value,
    unit: 'calls/s',
    peer: { name, value: rate },
  }));
}

/** Measures reading expressions and finding instants, next to the peers. */
export function run(): Promise<Result[]> {
  const expressions = mixedExpressions(TIMERS);
  const heap = heapPerTimer(expressions);
  const slice = (round: number): string[] => expressions.slice(round * FEWER, (round + 1) * FEWER);
  const few = Array.from({ length: ROUNDS }, (_, round) => slice(round));
  const cold = timed(() => expressions.forEach((cron) => contenders['timers']?.(cron)));
  const all = [expressions, expressions, expressions];
  const value = perTimer(contenders['timers'] ?? (() => undefined), all);
  const compared = Object.entries(contenders)
    .filter(([name]) => name !== 'timers')
    .map(([name, firstNext]) => ({
      name: 'cron: parse and first next',
      value,
      unit: 'µs/timer',
      peer: { name, value: perTimer(firstNext, SLOW.has(name) ? few : all) },
    }));
  return Promise.resolve([
    { name: `cron: ${TIMERS} timers parsed and armed for the first time`, value: Math.round(cold), unit: 'ms' },
    ...compared,
    { name: 'cron: heap per timer', value: Math.round(heap), unit: 'B' },
    ...['*/5 * * * *', '30 2 * * *', '0 9 * * MON-FRI', '0 0 29 2 *'].flatMap(chains),
  ]);
}
