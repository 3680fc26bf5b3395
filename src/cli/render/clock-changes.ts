import { Chalk } from 'chalk';
import { toTimestamp, type Instant } from '../../domain/time.js';
import { jsonText } from '../../text/visible.js';
import {
  clockTime,
  effectInWords,
  formatLocal,
  localTime,
  type ClockChange,
  type ClockEffect,
} from '../../schedules/index.js';
import { humanDuration } from '../../domain/human-duration.js';
import type { ChangeOutlook, JobOutlook, ZoneOutlook } from './clock-change-outlook.js';
import type { Terminal } from '../terminal.js';
import { fromNow } from './firings.js';
import { separated } from './separated.js';
import { wrap } from './cells.js';

interface Printing {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly asJson: boolean;
}

/** Prints what upcoming clock changes do, zone by zone, or one object per change. */
export function printOutlooks(outlooks: readonly ZoneOutlook[], { terminal, now, asJson }: Printing): void {
  if (asJson) {
    for (const { timezone, changes } of outlooks) {
      if (changes.length === 0) terminal.out(jsonText({ timezone, changes_at: null, timers: [] }));
      for (const outlook of changes) terminal.out(jsonText(changeToJson(outlook, timezone)));
    }
    return;
  }
  const paint = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const blocks = outlooks.flatMap(({ timezone, changes }) =>
    changes.map((outlook) => {
      const [head, ...lines] = changeInLines(outlook, { timezone, now, width: terminal.width });
      return [paint.bold(head), ...lines];
    }),
  );
  const steady = outlooks.filter(({ changes }) => changes.length === 0).map(({ timezone }) => timezone);
  if (steady.length > 0) blocks.push([`${steady.join(', ')}: the clock does not change in the next two years.`]);
  if (blocks.length === 0) terminal.err('No upcoming firings.');
  else terminal.outPainted(...separated(blocks));
}

interface Page {
  readonly timezone: string;
  readonly now: Instant;
  readonly width: number;
}

/** The widest name, in columns, that shares a line with its description. */
const WIDEST_NAME = 24;
/** The maximum number of unaffected timers that are named. */
const MOST_NAMES = 3;

function changeInLines({ change, near, others }: ChangeOutlook, { timezone, now, width }: Page): readonly string[] {
  const column = Math.min(Math.max(0, ...near.map(({ job }) => job.name.length)), WIDEST_NAME);
  const indent = ' '.repeat(column + 4);
  const lines = near.flatMap((outlook) => {
    const [first = '', ...rest] = wrap(indent + jobInWords(outlook), width, indent);
    const name = `  ${outlook.job.name}`;
    return name.length + 2 > indent.length
      ? [name, first, ...rest]
      : [name.padEnd(indent.length) + first.slice(indent.length), ...rest];
  });
  const names = others.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = others.length > names.length ? `, and ${others.length - names.length} more` : '';
  const untouched = names.length === 0 ? [] : wrap(`  not affected: ${names.join(', ')}${more}`, width, '    ');
  return [`${timezone}  ${changeInWords(change, timezone)}  ${fromNow(change.at, now)}`, ...lines, ...untouched];
}

/** Describes a change: `Sun 2027-03-28 02:00 +01:00 → 03:00 +02:00`. */
export function changeInWords({ at, before, after }: ClockChange, timezone: string): string {
  // The date that the clock shows just before it changes.
  const date = localTime(at - 1, timezone).slice(0, 14);
  const [offsetBefore, offsetAfter] = [at - 1, at].map((instant) => formatLocal(instant, timezone).slice(23));
  return `${date} ${clockTime(at + before)} ${offsetBefore ?? ''} → ${clockTime(at + after)} ${offsetAfter ?? ''}`;
}

/** Describes what a job does at a change: `02:30 does not exist: fires at 03:00 +02:00`. */
export function jobInWords({ job, effects, firings }: JobOutlook): string {
  const around = firingsInWords(firings, job.timezone);
  if (effects.length === 0) return `as usual at ${around}`;
  const words = [...new Set(effects.map((effect) => effectWithRhythm(effect, job.timezone)))].join('; ');
  if (effects.every(({ kind }) => kind === 'goes-on')) return `${words}: ${around}`;
  const own = effects.some(({ kind }) => kind === 'both') ? 2 : 1;
  return firings.length > own ? `${words}; in all at ${around}` : words;
}

function effectWithRhythm(effect: ClockEffect, timezone: string): string {
  const words = effectInWords(effect, timezone);
  return effect.kind === 'goes-on' && effect.rhythm !== undefined
    ? `${words} every ${humanDuration(effect.rhythm)}`
    : words;
}

/** Lists firings: `01:00 (+01:00), 03:00, 04:00 (+02:00)`. The offset appears once for times that share it. */
function firingsInWords(firings: readonly Instant[], timezone: string): string {
  const shown = firings.map((instant) => formatLocal(instant, timezone));
  return shown
    .map((local, index) => {
      const offset = local.slice(23);
      const isLastOfOffset = shown[index + 1]?.slice(23) !== offset;
      return `${local.slice(11, 19).replace(/:00$/, '')}${isLastOfOffset ? ` (${offset})` : ''}`;
    })
    .join(', ');
}

/** Returns a change as JSON. */
export function changeToJson({ change, near, others }: ChangeOutlook, timezone: string) {
  const { at, before, after } = change;
  return {
    timezone,
    changes_at: toTimestamp(at),
    kind: after > before ? 'gap' : 'repeat',
    local_from: wallTime(at + Math.min(before, after)),
    local_until: wallTime(at + Math.max(before, after)),
    offset_before: formatLocal(at - 1, timezone).slice(23),
    offset_after: formatLocal(at, timezone).slice(23),
    timers: [...near.map(jobToJson), ...others.map(({ name }) => ({ task_name: name, effects: [], firings: [] }))],
  };
}

const jobToJson = ({ job, effects, firings }: JobOutlook) => ({
  task_name: job.name,
  effects: effects.map(({ kind, times }) => ({ kind, local_times: times.map(wallTime) })),
  firings: firings.map((instant) => ({
    scheduled_at: toTimestamp(instant),
    local_time: formatLocal(instant, job.timezone),
  })),
});

const wallTime = (wall: number): string => new Date(wall).toISOString().slice(0, 19);
