/**
 * The meaning of the codes of schedule errors and warnings. Only the reference uses the texts: the program imports just
 * the types.
 */
interface Entry {
  /** Absent for an error. */
  readonly severity?: 'warning';
  readonly summary: string;
  /** How to fix the problem, in one sentence. */
  readonly fix: string;
  /** Lines of a timer that cause the error or warning. */
  readonly example?: string;
}

const severity = 'warning';
const run = '\nrun: ./backup.sh';

/** Codes about schedules. */
export const SCHEDULE_CODES = {
  'bad-duration': {
    summary: 'The value is not a duration, or is out of bounds.',
    fix: 'Write a number with a unit, such as `5s` or `1h30m`.',
    example: `every: 5x${run}`,
  },
  'cron-empty': { summary: 'The expression is empty.', fix: 'Write five fields.', example: `cron: ""${run}` },
  'cron-fields': {
    summary: 'The expression does not have five or six fields.',
    fix: 'Write minute, hour, day of month, month and day of week.',
    example: `cron: "0 3 * *"${run}`,
  },
  'cron-too-long': { summary: 'The expression has more than 1,000 characters.', fix: 'Use a list of expressions.' },
  'cron-character': {
    summary: 'A character has no meaning in an expression.',
    fix: 'Remove it.',
    example: `cron: "0.5 * * * *"${run}`,
  },
  'cron-item': {
    summary: 'A part of a field is not a value, a range or a step.',
    fix: 'Write it like `5`, `MON-FRI` or `*/15`.',
    example: `cron: "0 0 * * FRIDY"${run}`,
  },
  'cron-range': {
    summary: 'A value is outside the range of its field.',
    fix: 'Use a value within the range that the message shows.',
    example: `cron: "0 24 * * *"${run}`,
  },
  'cron-step': {
    summary: 'A field steps by 0.',
    fix: 'Use a step of at least 1.',
    example: `cron: "*/0 * * * *"${run}`,
  },
  'cron-hash': {
    summary: 'An `H` is malformed.',
    fix: 'Write `H`, `H(0-29)` or `H/15`.',
    example: `cron: "H(9-1) * * * *"${run}`,
  },
  'cron-shorthand': {
    summary: 'The shorthand does not exist.',
    fix: 'Use `@hourly`, `@daily` or another one from [Cron expressions](cron.md).',
    example: `cron: "@dayly"${run}`,
  },
  'cron-command': {
    summary: 'A command follows the fields, as in a crontab.',
    fix: 'Move it to `run`.',
    example: `cron: "0 3 * * * /bin/backup"${run}`,
  },
  'cron-assignment': {
    summary: 'A variable is set before the fields.',
    fix: 'Use `timezone` or `env`.',
    example: `cron: "CRON_TZ=UTC 0 3 * * *"${run}`,
  },
  'cron-zone': {
    summary: 'A time zone follows the fields.',
    fix: 'Move it to `timezone`.',
    example: `cron: "0 3 * * * Europe/Berlin"${run}`,
  },
  'cron-aws': {
    summary: 'The expression has AWS syntax, such as `cron(…)` or `rate(…)`.',
    fix: 'Write what the message suggests.',
    example: `cron: "rate(5 minutes)"${run}`,
  },
  'cron-never': {
    summary: 'The expression names a date that does not exist.',
    fix: 'Change the day or the month.',
    example: `cron: "0 0 30 2 *"${run}`,
  },
  'cron-only-in-gaps': {
    summary: 'Every time in the expression falls in an hour that clock changes skip.',
    fix: 'Change the hour, or set `dst: {gap: after}`.',
  },
  'every-at': {
    summary: '`every.at` is not a time of day, or does not fit the interval.',
    fix: 'Write it like `10:30` or `Tue 10:30`.',
    example: `every: { interval: 1d, at: noonish }${run}`,
  },
  'every-from': {
    summary: '`every.from` is neither `schedule` nor `end`.',
    fix: 'Use one of them.',
    example: `every: { interval: 1h, from: start }${run}`,
  },
  'every-key': {
    summary: '`every` has no such key.',
    fix: 'Use `interval`, `offset`, `from` or `at`.',
    example: `every: { interval: 1h, zone: UTC }${run}`,
  },
  'every-offset': {
    summary: '`offset` has no effect with `from: end`.',
    fix: 'Remove one of them.',
    example: `every: { interval: 1h, from: end, offset: 5m }${run}`,
  },
  'every-too-short': {
    summary: 'The interval is too short.',
    fix: 'Use at least the interval that the message names.',
    example: `every: 1ms${run}`,
  },
  'in-zero': { summary: 'The delay is 0.', fix: 'Use a delay of at least 1ms.', example: `in: 0s${run}` },
  'at-empty': { summary: '`at` is an empty list.', fix: 'Add a time.', example: `at: []${run}` },
  'timestamp-form': {
    summary: 'The text is not a date and time.',
    fix: 'Write it like `2027-01-01 00:00` or `2027-01-01T00:00:00Z`.',
    example: `at: soon${run}`,
  },
  'timestamp-date': {
    summary: 'The date does not exist.',
    fix: 'Correct the month or the day.',
    example: `at: "2027-02-30 00:00"${run}`,
  },
  'timestamp-time': {
    summary: 'The time of day or the offset does not exist.',
    fix: 'Correct the time or the offset.',
    example: `at: "2027-02-01 25:00"${run}`,
  },
  'timestamp-gap': {
    summary: 'A clock change skips this local time.',
    fix: 'Write another time, or add an offset.',
    example: `at: "2027-03-28 02:30"\ntimezone: Europe/Berlin${run}`,
  },
  'timestamp-twice': {
    severity,
    summary: 'A clock change repeats this local time, and the first one is used.',
    fix: 'Add an offset.',
    example: `at: "2027-10-31 02:30"\ntimezone: Europe/Berlin${run}`,
  },
  'at-in-the-past': {
    severity,
    summary: 'Every time in `at` is in the past.',
    fix: 'Write a later time, or remove the timer.',
    example: `at: "2020-01-01 00:00"${run}`,
  },
  'cron-day-and': {
    severity,
    summary: 'Both day fields are set, and both must match.',
    fix: 'Set one of them to `*`, or silence this warning with `ignore`.',
    example: `cron: "0 3 */2 * MON"${run}`,
  },
  'cron-day-or': {
    severity,
    summary: 'Both day fields are set, and a match in either is enough.',
    fix: 'Set one of them to `*`, or silence this warning with `ignore`.',
    example: `cron: "0 3 1 * MON"${run}`,
  },
  'cron-every-minute': {
    severity,
    summary: 'The minute is `*` while the hour is not, so the timer fires every minute of that hour.',
    fix: 'Write a minute, such as `0`.',
    example: `cron: "* 3 * * *"${run}`,
  },
  'cron-every-second': {
    severity,
    summary: 'The second is `*` while the minute is not, so the timer fires every second of that minute.',
    fix: 'Write a second, such as `0`.',
    example: `cron: "* 30 3 * * *"${run}`,
  },
  'cron-leap-day': {
    severity,
    summary: 'The timer fires only on February 29.',
    fix: 'Use another day, or silence this warning with `ignore`.',
    example: `cron: "0 3 29 2 *"${run}`,
  },
  'cron-quartz-weekday': {
    severity,
    summary: 'The weekday numbers look like those of Quartz or AWS, where Sunday is 1.',
    fix: 'Write names, such as `MON-FRI`.',
    example: `cron: "0 0 3 ? * 2-6"${run}`,
  },
  'cron-skipped-months': {
    severity,
    summary: 'The day does not exist in every month, so some months have no firing.',
    fix: 'Use `L` for the last day, or silence this warning with `ignore`.',
    example: `cron: "0 3 31 * *"${run}`,
  },
  'cron-step-too-large': {
    severity,
    summary: 'A step is larger than its range, so only the first value matches.',
    fix: 'Write the value, or use a smaller step.',
    example: `cron: "*/90 * * * *"${run}`,
  },
  'cron-uneven-step': {
    severity,
    summary: 'A step does not divide its range, so the last interval is shorter.',
    fix: 'Use a step that divides the range, or `every`.',
    example: `cron: "*/7 * * * *"${run}`,
  },
  'dst-gap': {
    severity,
    summary: 'A clock change skips a time of the schedule.',
    fix: 'Choose another time, or set `dst: {gap: after}` or `dst: {gap: skip}`.',
    example: `cron: "30 2 28 3 *"\ntimezone: Europe/Berlin${run}`,
  },
  'dst-repeat': {
    severity,
    summary: 'A clock change repeats a time of the schedule.',
    fix: 'Choose another time, or set `dst: {repeat: first}`, `last` or `both`.',
  },
  'every-utc-day': {
    severity,
    summary: 'An interval of days counts from 00:00 UTC, not from local midnight.',
    fix: 'Add `at`, such as `every: {interval: 1d, at: "00:00"}`.',
    example: `every: 1d\ntimezone: Europe/Berlin${run}`,
  },
} as const satisfies Readonly<Record<string, Entry>>;

/** The code of a schedule error or warning. */
export type ScheduleCode = keyof typeof SCHEDULE_CODES;
