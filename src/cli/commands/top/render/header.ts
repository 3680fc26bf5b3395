import { formatLocal } from '../../../../schedules/index.js';
import { machinesInWords, takeoverInWords } from '../../../../domain/machines-in-words.js';
import { waitingInWords } from '../../../../domain/waiting-in-words.js';
import { columnsOf } from '../../../render/cells.js';
import { isFailing } from '../rows.js';
import { asOf, type View } from '../view.js';
import { apart, lineOf, tame, type TerminalStyle } from './terminal-style.js';
import { shortDuration } from './short-duration.js';
import { isPausedAt } from './state.js';
import { counted } from '../../../../text/counted.js';

/** The number of columns from which a date fits. */
const ROOMY = 80;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Renders two lines: the scheduler, and how many timers are in each state. On a shared state, a third line shows its
 * machines.
 */
export function renderHeader(
  view: View,
  { rows, height }: { rows: number; height: number },
  look: TerminalStyle,
): string[] {
  const { chalk } = look;
  const { columns: width } = view.size;
  const who = { text: ` ${whoseOf(view)}`, paint: chalk.bold };
  const trouble = troubleOf(view);
  const order = { text: orderOf(view, rows, height), paint: chalk.dim };
  return [
    apart(who, { text: clockOf(view, look) }, { width, look }),
    trouble === undefined
      ? apart({ text: ` ${summaryOf(view)}` }, order, { width, look })
      : lineOf([{ text: ` ${trouble}`, paint: chalk.red.bold }], width, look),
    ...machinesOf(view, look),
  ];
}

function whoseOf({ file, scheduler, now }: View): string {
  if (scheduler === undefined) return tame(file);
  const { pid, startedAt } = scheduler;
  const age = startedAt === undefined ? [] : [`up ${shortDuration(now - startedAt)}`];
  return [tame(file), `pid ${pid}`, ...age].join('  ');
}

/** Describes which machine is active, which ones stand by and, if there is room, the last takeover. */
function machinesOf({ scheduler, size: { columns: width }, now }: View, look: TerminalStyle): readonly string[] {
  const shared = scheduler?.shared;
  if (shared === undefined) return [];
  const who = ` ${[...waitingInWords(shared), ...machinesInWords(shared)].join('; ')}`;
  const how = takeoverInWords(shared, now);
  const fence = shared.fence == null ? '' : `fence ${shared.fence}`;
  const whole = how === undefined ? who : `${who}; it ${how}`;
  const text = tame(columnsOf(whole) + columnsOf(fence) < width ? whole : who);
  return [apart({ text }, { text: fence, paint: look.chalk.dim }, { width, look })];
}

/**
 * Formats the scheduler's current time, with the zone of all times on the screen. The date is left out if it does not
 * fit.
 */
function clockOf({ now, size }: View, { zone }: TerminalStyle): string {
  const local = formatLocal(now, zone);
  const weekday = WEEKDAYS[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? '';
  const time = local.slice(11, 19);
  if (size.columns < ROOMY) return `${time} ${zone}`;
  return `${weekday} ${local.slice(0, 10)} ${time} ${local.slice(23)} ${zone}`;
}

/** Returns the most important message: that the view is out of date, and why. */
function troubleOf({ link, now }: View): string | undefined {
  if (link.kind === 'up') return undefined;
  const length = shortDuration(now - link.since);
  if (link.kind === 'silent') return `The scheduler has not responded for ${length}.`;
  return `The scheduler disconnected ${length} ago. Reconnecting.`;
}

function summaryOf(view: View): string {
  const { scheduler } = view;
  if (scheduler === undefined) return 'Connecting to the scheduler …';
  return `${scheduler.isStopping ? 'stopping: ' : ''}${countsOf(view)}`;
}

function countsOf(view: View): string {
  const timers = [...view.timers.values()].map(({ timer }) => timer);
  const count = (fits: (timer: (typeof timers)[number]) => boolean) => timers.filter(fits).length;
  const runs = timers.flatMap((timer) => timer.runs);
  const running = runs.filter(({ state }) => state === 'attempting').length;
  const now = asOf(view);
  return [
    counted(timers.length, 'timer'),
    `${count(isFailing)} failing`,
    `${running} running`,
    `${runs.length - running} waiting`,
    `${count((timer) => isPausedAt(timer, now))} paused`,
  ].join('  ');
}

/** Describes how the rows are filtered and ordered, and which of them are visible. */
function orderOf({ order, held, filter, top, timers }: View, rows: number, height: number): string {
  const by = { next: 'next first', name: 'by name', last: 'last first', failing: 'failing first' }[order];
  const found = filter === '' ? [] : [`/${tame(filter)}: ${rows} of ${timers.size}`];
  const seen = rows <= height ? [] : [`${top + 1}-${Math.min(rows, top + height)} of ${rows}`];
  return [...found, ...seen, held === undefined || order === 'name' ? by : `${by}, held`].join('  ');
}
