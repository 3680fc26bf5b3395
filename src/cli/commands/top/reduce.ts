import { uptimeOf, type StatusRecord } from '../../../domain/status-record.js';
import type { Instant } from '../../../domain/time.js';
import { pressKey } from './keys.js';
import { layoutOf } from './layout.js';
import { shownRows } from './rows.js';
import type { LinkState, PaneLine, Said, Seen, Size, Step, View, Wish } from './view.js';

/** The inputs of the live view. */
export type Input =
  /** A printable character, or the name of another key (`up`, `enter`, `ctrl-c`). */
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'resized'; readonly size: Size }
  | { readonly kind: 'tick'; readonly now: Instant }
  | { readonly kind: 'status'; readonly record: StatusRecord }
  | { readonly kind: 'link'; readonly link: LinkState }
  /** A log record of the followed timer, or how many were dropped. */
  | { readonly kind: 'followed'; readonly name: string; readonly line: PaneLine }
  | { readonly kind: 'said'; readonly said: Said };

/** The maximum number of lines in the pane. `timers logs` shows more of a timer's output. */
const MOST_LINES = 500;

/** Returns the view after an input, and the actions to take. */
export function reduce(view: View, input: Input): Step {
  if (input.kind !== 'key') return { view: take(view, input), wishes: [] };
  const { view: pressed, wishes } = pressKey(view, input.key);
  const settled = settle(hold(view, pressed));
  return { view: settled, wishes: [...wishes, ...follow(view, settled)] };
}

function take(view: View, input: Exclude<Input, { kind: 'key' }>): View {
  switch (input.kind) {
    case 'resized':
      return settle({ ...view, size: input.size });
    case 'tick':
      return { ...view, now: input.now };
    case 'status':
      return takeStatus(view, input.record);
    case 'link':
      return { ...view, link: input.link };
    case 'followed':
      return takeLine(view, input.name, input.line);
    case 'said':
      return { ...view, said: input.said };
  }
}

/** Takes a status. A partial one replaces the timers that changed, any other one replaces all of them. */
function takeStatus(view: View, record: StatusRecord): View {
  const now = Date.parse(record.now);
  const timers = new Map<string, Seen>(record.partial ? view.timers : []);
  for (const timer of record.timers) timers.set(timer.task_name, { timer, at: now });
  const uptime = uptimeOf(record);
  const startedAt = uptime === undefined ? undefined : now - uptime;
  const scheduler = { pid: record.pid, startedAt, isStopping: record.is_stopping, shared: record.shared };
  return settle({ ...view, now, timers, scheduler, link: { kind: 'up' } });
}

function takeLine(view: View, name: string, line: PaneLine): View {
  if (view.pane?.name !== name) return view;
  return { ...view, pane: { ...view.pane, lines: [...view.pane.lines, line].slice(-MOST_LINES) } };
}

/** Keeps rows in their places while a timer is selected, until another order or filter is chosen. */
function hold(before: View, after: View): View {
  if (after.selected === undefined) return { ...after, held: undefined };
  const isAsked = after.order !== before.order || after.filter !== before.filter;
  if (after.held !== undefined && !isAsked) return after;
  return { ...after, held: shownRows({ ...after, held: undefined }).map(({ timer }) => timer.task_name) };
}

/** Deselects a timer that no longer exists, and keeps an existing one visible. */
function settle(view: View): View {
  const layout = layoutOf(view);
  const rows = shownRows(view);
  const index = rows.findIndex(({ timer }) => timer.task_name === view.selected);
  if (index < 0) return { ...view, selected: undefined, held: undefined, top: 0 };
  const height = layout?.list ?? 1;
  const top = Math.min(Math.max(view.top, index - height + 1), index, Math.max(0, rows.length - height));
  return { ...view, top };
}

/** Makes an open pane follow the selection. */
function follow(before: View, after: View): readonly Wish[] {
  return before.pane?.name === after.pane?.name ? [] : [{ kind: 'follow', name: after.pane?.name }];
}
