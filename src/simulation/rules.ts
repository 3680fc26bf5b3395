import { DurationError, parseDuration } from '../domain/duration.js';
import { nearest } from '../text/nearest.js';
import { DAY, HOUR, MINUTE, type Duration, type Instant } from '../domain/time.js';
import type { SimulatedMoment, Tally } from './tally.js';
import { counted } from '../text/counted.js';

/** Something that must hold in a simulation. */
export interface Rule {
  /** The rule as it was written. */
  readonly text: string;
  /** Returns whether a moment breaks the rule. */
  breaks(moment: SimulatedMoment): boolean;
  /** Only for rules that are decided at the end. Returns the sentence that describes the breach, or `undefined`. */
  breaksAtEnd?(tally: Tally): string | undefined;
}

/** An invalid rule. */
export class RuleError extends RangeError {
  override readonly name = 'RuleError';
}

/** What the rules of a simulation may refer to. */
export interface RuleContext {
  readonly jobNames: readonly string[];
  /** Returns the time of day on the clocks of a zone. */
  timeOfDay(instant: Instant, zone: string): Duration;
}

interface RuleKind {
  readonly form: string;
  /** Matches the text of a rule. Blanks around an operator are optional. */
  readonly pattern: RegExp;
  /** Reads the rule from the capture groups of the pattern. */
  readonly read: (parts: readonly string[], context: RuleContext) => Omit<Rule, 'text'>;
}

const NAME = '([A-Za-z0-9][A-Za-z0-9._-]*)';

const isKind = (kind: SimulatedMoment['kind']): Omit<Rule, 'text'> => ({ breaks: (moment) => moment.kind === kind });

const kinds: readonly RuleKind[] = [
  {
    form: 'max-concurrent<=4',
    pattern: /^max-concurrent ?<= ?(\d{1,9})$/,
    read: ([most]) => ({ breaks: ({ kind, running }) => kind === 'start' && running > Number(most) }),
  },
  { form: 'no-skips', pattern: /^no-skips$/, read: () => isKind('skipped') },
  { form: 'no-missed', pattern: /^no-missed$/, read: () => isKind('missed') },
  { form: 'no-overlaps', pattern: /^no-overlaps$/, read: () => isKind('overlap') },
  {
    form: 'max-wait<=5m',
    pattern: /^max-wait ?<= ?(\S+)$/,
    read: ([text = '']) => {
      const longest = parseDuration(text);
      return { breaks: ({ waited }) => waited > longest };
    },
  },
  {
    form: 'NAME within 22:00-06:00',
    pattern: new RegExp(`^${NAME} within (\\d\\d):(\\d\\d) ?- ?(\\d\\d):(\\d\\d)$`),
    read: ([name = '', ...clock], context) => {
      checkName(name, context);
      const [from, to] = [readClock(clock[0], clock[1]), readClock(clock[2], clock[3])];
      const isOutside = (time: number) => (from <= to ? time < from || time > to : time < from && time > to);
      return {
        breaks: ({ kind, job, at }) =>
          kind === 'start' && job.name === name && isOutside(context.timeOfDay(at, job.timezone)),
      };
    },
  },
  {
    form: 'NAME runs>=1',
    pattern: new RegExp(`^${NAME} runs ?>= ?(\\d{1,9})$`),
    read: ([name = '', least], context) => {
      checkName(name, context);
      return {
        breaks: () => false,
        breaksAtEnd: ({ jobs }) => {
          const runs = jobs.get(name)?.runs.total ?? 0;
          return runs >= Number(least) ? undefined : `${name} runs ${counted(runs, 'time')}`;
        },
      };
    },
  },
];

/**
 * Reads a rule. `NAME within 22:00-06:00` applies to every start of the timer, in its own time zone, both ends
 * inclusive.
 * @throws RuleError if the rule is not valid. For an unknown rule, the message lists all rules and suggests the one
 * that was most likely meant.
 */
export function readRule(written: string, context: RuleContext): Rule {
  const text = written.trim().replace(/\s+/g, ' ');
  for (const { form, pattern, read } of kinds) {
    const parts = pattern.exec(text)?.slice(1);
    if (parts === undefined) continue;
    try {
      return { text, ...read(parts, context) };
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      throw new RuleError(`"${text}": ${error.message} ${error.hint} For example: ${form}`);
    }
  }
  throw unknownRule(text);
}

function unknownRule(text: string): RuleError {
  const forms = kinds.map(({ form }) => form);
  const meant = nearest(skeletonOf(text), forms.map(skeletonOf));
  const form = forms.find((other) => skeletonOf(other) === meant);
  const way = form === undefined ? '' : ` Did you mean ${form}?`;
  return new RuleError(`"${text}" is not a valid rule.${way} The rules are: ${forms.join(' · ')}`);
}

/** Returns a rule without its variable parts: the name of the timer and the numbers. */
const skeletonOf = (text: string): string =>
  text
    .replace(/^\S+ (?=[a-z])/i, 'NAME ')
    .replace(/\d.*$/, '')
    .replace(/[\s<>=]+$/, '');

function checkName(name: string, { jobNames }: RuleContext): void {
  if (jobNames.includes(name)) return;
  const meant = nearest(name, jobNames);
  const way = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new RuleError(`the simulation has no timer "${name}".${way}`);
}

function readClock(hours = '', minutes = ''): Duration {
  const time = Number(hours) * HOUR + Number(minutes) * MINUTE;
  if (time > DAY || Number(minutes) > 59) throw new RuleError(`${hours}:${minutes} is not a valid time of day.`);
  return time;
}
