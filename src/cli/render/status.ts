import { Chalk, type ChalkInstance } from 'chalk';
import {
  nextStartOf,
  uptimeOf,
  type ForwardRecord,
  type OriginRecord,
  type SharedRecord,
  type StatusRecord,
  type TimerRecord,
} from '../../domain/status-record.js';
import type { Instant } from '../../domain/time.js';
import { jsonText } from '../../text/visible.js';
import { humanDuration } from '../../domain/human-duration.js';
import { tableWidth, type Terminal } from '../terminal.js';
import { machinesInWords, takeoverInWords } from '../../domain/machines-in-words.js';
import { waitingInWords } from '../../domain/waiting-in-words.js';
import { dueInWords } from './firings.js';
import { outcomeCell } from './outcome.js';
import { renderColumns, type TableCell } from './table.js';
import { counted } from '../../text/counted.js';
import { isWaiting, stateCell, widestState, type StatePage } from './timer-state.js';

/** A status, and what `status --check` reports. */
interface CheckedStatus extends StatusRecord {
  readonly troubles?: readonly string[];
}

/**
 * Prints the status of a scheduler: a summary on standard error and its timers as a table, or everything as one object.
 */
export function printStatus(
  record: CheckedStatus,
  { terminal, timezone, asJson }: { terminal: Terminal; timezone: string; asJson: boolean },
): void {
  if (asJson) {
    terminal.out(jsonText(record));
    return;
  }
  const now = Date.parse(record.now);
  for (const trouble of troublesOf(record, now)) terminal.err(`timers: ${trouble}`);
  if (record.forward?.unavailable_since) terminal.err(`timers: ${forwardInWords(record.forward, now)}`);
  if (record.config_from) terminal.err(`timers: ${originInWords(record.config_from, now)}`);
  if (record.shared) for (const line of sharedInWords(record.shared, now)) terminal.err(`timers: ${line}`);
  const chalk = new Chalk({ level: terminal.color.out ? 1 : 0 });
  const [head = '', ...lines] = tableOf(record.timers, { now, timezone, chalk, width: tableWidth(terminal) });
  terminal.outPainted(chalk.dim(head), ...lines);
  terminal.err(`timers: ${summaryOf(record)}; times are in ${timezone}`);
}

/** Returns the troubles to print. A rejected file has its own line, with its age. */
function troublesOf({ troubles = [], ...record }: CheckedStatus, now: Instant): readonly string[] {
  const rejected = rejectionOf(record, now);
  if (rejected === undefined) return troubles;
  return [...troubles.filter((trouble) => !trouble.startsWith('the timer file')), rejected];
}

function rejectionOf({ file, config_rejected: rejected }: StatusRecord, now: Instant): string | undefined {
  if (!rejected) return undefined;
  const [first = 'it has errors', ...more] = rejected.problems;
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  const age = humanDuration(Math.max(0, now - Date.parse(rejected.at)));
  return `${file} was rejected ${age} ago, and the timers are unchanged: ${first}${others}`;
}

function forwardInWords({ receiver, unsent, unavailable_since: since, reason }: ForwardRecord, now: Instant): string {
  const age = humanDuration(Math.max(0, now - Date.parse(since ?? '')));
  const waiting = unsent === 1 ? '1 waits' : `${unsent ?? 'some'} wait`;
  return `${receiver} has not accepted outcomes for ${age}, and ${waiting}: ${reason ?? ''}`;
}

function sharedInWords(shared: SharedRecord, now: Instant): readonly string[] {
  const { state, active, fence } = shared;
  const how = takeoverInWords(shared, now);
  const more = [...(how === undefined ? [] : [`${active} ${how}`]), ...(fence == null ? [] : [`fence ${fence}`])];
  return [
    machinesInWords(shared, ` on ${state}`).join('; '),
    ...(more.length === 0 ? [] : [more.join('; ')]),
    ...waitingInWords(shared),
  ];
}

function originInWords(
  { url, confirmed_at: at, unreachable_since: since, reason }: OriginRecord,
  now: Instant,
): string {
  const ago = (instant: string) => humanDuration(Math.max(0, now - Date.parse(instant)));
  const from = `the timer file comes from ${url}. Its server`;
  if (since === null) return `${from} confirmed it ${ago(at)} ago`;
  return `${from} has been unreachable for ${ago(since)}: ${reason ?? ''}`;
}

interface Page extends StatePage {
  readonly chalk: ChalkInstance;
}

function tableOf(timers: readonly TimerRecord[], { width, ...page }: Page & { readonly width: number }): string[] {
  const columns = [
    { head: 'NAME', cells: timers.map(({ task_name: name }) => name) },
    { head: 'STATE', cells: timers.map((timer) => stateCell(timer, page) || whatItIs(timer, page)) },
    { head: 'NEXT', cells: timers.map((timer) => nextOf(timer, page)) },
    { head: 'LAST', cells: timers.map((timer) => lastOf(timer, page)) },
  ];
  // The reason for a pause is cut before the time of its end.
  const state = widestState(timers.map((timer) => [timer, page]));
  const rooms = { STATE: state, NAME: 16 };
  return renderColumns(columns, { width, flexible: [['STATE', state], 'NAME', 'STATE'], spared: ['LAST'], rooms });
}

/** Shows the command of an ad-hoc timer, which appears nowhere else. */
const whatItIs = ({ ad_hoc, description }: TimerRecord, { chalk }: Page): TableCell =>
  ad_hoc === null ? '' : { text: `once: ${description ?? ad_hoc.command}`, paint: chalk.dim };

/** Formats the time left until the actual start, and the nominal time if jitter moves the start. */
function nextOf(timer: TimerRecord, { now, timezone }: Page): string {
  const [next, starts] = [timer.next_at, nextStartOf(timer)].map((at) => (at === null ? undefined : Date.parse(at)));
  if (next === undefined || starts === undefined) return '';
  const left = starts <= now ? 'now' : `in ${humanDuration(starts - now)}`;
  return left + dueInWords({ due: next, offset: starts - next }, timezone);
}

function lastOf(
  { last_status: status, last_finished_at: at, failures_in_a_row: failures }: TimerRecord,
  { now, chalk }: Page,
): TableCell {
  if (status === null || at === null) return '';
  const { text, paint } = outcomeCell(status, chalk);
  const often = failures > 1 ? `, ${failures} failures in a row` : '';
  const [amount = '', unit = ''] = humanDuration(Math.max(0, now - Date.parse(at))).split(' ');
  return {
    text: `${text} ${amount} ${unit} ago${often}`,
    paint: (whole) => paint(whole.slice(0, text.length)) + whole.slice(text.length),
  };
}

function summaryOf(status: StatusRecord): string {
  const { pid, version, file, is_stopping: isStopping, timers, launcher, shared } = status;
  const uptime = uptimeOf(status);
  const all = timers.flatMap(({ runs }) => runs);
  const waiting = all.filter(isWaiting).length;
  const age = uptime === undefined ? '' : `, up ${humanDuration(uptime)}`;
  const runs = `${counted(all.length - waiting, 'active run')}${waiting > 0 ? `, ${waiting} waiting` : ''}`;
  const by = launcher === undefined ? '' : `, ${launcherInWords(launcher)}`;
  const where = shared === undefined ? '' : `${shared.node}: `;
  return `${where}pid ${pid}, version ${version}${age}, ${runs}${by}${isStopping ? ', stopping' : ''}: ${file}`;
}

function launcherInWords({ kind, pid, left_running: left }: NonNullable<StatusRecord['launcher']>): string {
  const who = pid === null ? kind : `${kind} (pid ${pid})`;
  return left ? `launcher ${who}, ${counted(left, 'process', 'processes')} left by commands` : `launcher ${who}`;
}
