import { isAdHoc } from '../../../domain/ad-hoc.js';
import type { Job } from '../../../domain/job.js';
import { clockTime, effectInWords, localTime } from '../../../schedules/index.js';
import { isNamed, type ExpressionMatch, type ScheduleJudgment, type Obstacle } from './schedule-judgment.js';
import type { Why } from './why-timer.js';
import { changeInWords } from '../../render/clock-changes.js';

/** Says briefly why the time asked about is not a firing. */
export function obstacleInWords(obstacle: Obstacle, why: Why): string {
  const { job, asked, zone } = why;
  const { notBefore = 0, notAfter = 0 } = job.window;
  switch (obstacle) {
    case 'schedule':
      return notNamed(why);
    case 'gap':
      return `${clockTime(asked.wall)} does not exist that day`;
    case 'repeat':
      return `${clockTime(asked.wall)} occurs twice that day, and this is the other one`;
    case 'not_before':
      return `it is before not_before, ${localTime(notBefore, zone)}`;
    case 'not_after':
      return `it is after not_after, ${localTime(notAfter, zone)}`;
    case 'disabled':
      return 'the timer is disabled (enabled: false)';
    case 'removed':
      return isAdHoc(job.name)
        ? 'it is an ad-hoc timer, which fires once'
        : 'the timer is no longer in the file, so its schedule is unknown';
  }
}

function notNamed({ job, judgment: { expressions } }: Why): string {
  const { key, text } = job.written;
  switch (key) {
    case 'cron':
      return expressions.length > 1
        ? `none of its ${expressions.length} expressions matches it`
        : expressions.map(fieldsThatSayNo).join('');
    case 'at':
      return `at lists ${text}`;
    case 'in':
      return `in: ${text} counts from the start of a scheduler, and no such firing was recorded then`;
    default:
      return job.schedule.fromEnd
        ? 'it counts from the end of its last run, and no firing was recorded then'
        : `${key} ${text} does not fire then`;
  }
}

/** Describes the fields that do not match: `hour 3, not 4; day of week MON-FRI, not Sunday`. */
const fieldsThatSayNo = ({ fields }: ExpressionMatch): string =>
  fields
    .filter(({ matches }) => matches === 'no')
    .map(({ name, text, meaning, shown }) => `${name} ${text || meaning}, not ${shown}`)
    .join('; ');

/** Describes what a clock change does to the time asked about, in sentences. */
export function clockInWords({ clock }: ScheduleJudgment, { timezone }: Pick<Job, 'timezone'>): readonly string[] {
  if (clock === undefined) return [];
  const { change, effects } = clock;
  return [
    `The clock of ${timezone} changes: ${changeInWords(change, timezone)}.`,
    ...new Set(effects.map((effect) => `${effectInWords(effect, timezone)}.`)),
  ];
}

/** Returns the rows of a table: the fields of each expression next to what the clock shows. */
export function fieldRows({ expressions }: ScheduleJudgment): readonly (readonly string[])[] {
  const isOnlyOne = expressions.length === 1;
  return expressions.flatMap((expression) => [
    ...(isOnlyOne ? [] : [[expression.text, '', '', '', isNamed(expression) ? 'yes' : 'no']]),
    ...expression.fields.map(({ name, text, meaning, shown, matches }) => [
      isOnlyOne ? name : `  ${name}`,
      text,
      text === meaning ? '' : meaning,
      shown,
      matches === 'spared' ? 'the other day field matches' : matches,
    ]),
  ]);
}
