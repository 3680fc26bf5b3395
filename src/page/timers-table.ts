import type { LiveTimer } from '../domain/api-record.js';
import { nextStartOf } from '../domain/status-record.js';
import { humanDuration } from '../domain/human-duration.js';
import { arrange, elementById, make, say, sayWhole } from './element.js';
import type { Model } from './model.js';
import { showStates } from './show-states.js';
import { nominalTimeInWords, has, statesOf, whySkipped, type Trait } from './state.js';
import { drawStrip } from './outcome-strip.js';
import { ago, ahead, localClockTime, plural } from './words.js';

/**
 * The initial number of rows; "Show more" adds five times as many. A page with a thousand rows is slow, and nobody
 * reads it.
 */
const ROWS = 100;
/** Lateness below this is normal. */
const WORTH_TELLING = 1_000;

export interface TableEvents {
  readonly opened: (name: string) => void;
  readonly asked: (verb: 'trigger' | 'pause' | 'resume', name: string) => void;
  /** Called when the timers at the top may have changed. */
  readonly reordered: () => void;
}

type Order = 'trouble' | 'next' | 'name' | 'file';

/** The table of timers, filtered and sorted. */
export class TimersTable {
  readonly #model: Model;
  readonly #events: TableEvents;
  readonly #body = elementById('timers', HTMLTableSectionElement);
  readonly #rest = elementById('rest', HTMLElement);
  readonly #find = elementById('find', HTMLInputElement);
  readonly #order = elementById('order', HTMLSelectElement);
  readonly #rows = new Map<string, Row>();
  #trait: Trait | undefined;
  #most = ROWS;
  #shown: readonly LiveTimer[] = [];

  constructor(model: Model, events: TableEvents) {
    this.#model = model;
    this.#events = events;
    const changed = () => {
      this.#most = ROWS;
      this.render();
      events.reordered();
    };
    this.#find.addEventListener('input', changed);
    this.#order.addEventListener('change', changed);
  }

  /** The visible timers, in order. */
  get shown(): readonly LiveTimer[] {
    return this.#shown;
  }

  /** Shows only timers with a trait, or all if it is `undefined`. */
  show(trait: Trait | undefined): void {
    this.#trait = trait;
    this.#most = ROWS;
    this.render();
    this.#events.reordered();
  }

  render(): void {
    const fitting = this.#fitting();
    this.#shown = fitting.slice(0, this.#most);
    const rows = this.#shown.map((timer) => this.#rowOf(timer));
    arrange(
      this.#body,
      rows.map(({ element }) => element),
    );
    for (const name of this.#rows.keys()) if (!this.#model.timers.has(name)) this.#rows.delete(name);
    this.#sayRest(fitting.length);
    this.tick();
  }

  /** Updates all counters. */
  tick(): void {
    for (const timer of this.#shown) this.#rows.get(timer.task_name)?.tick(this.#model);
  }

  setCanAct(canAct: boolean): void {
    this.#body.classList.toggle('locked', !canAct);
  }

  #rowOf(timer: LiveTimer): Row {
    const row = this.#rows.get(timer.task_name) ?? new Row(timer.task_name, this.#events);
    this.#rows.set(timer.task_name, row);
    row.take(timer);
    return row;
  }

  #fitting(): LiveTimer[] {
    const sought = this.#find.value.trim().toLowerCase();
    const trait = this.#trait;
    const fitting = [...this.#model.timers.values()].filter(
      (timer) => (trait === undefined || has(timer, trait)) && (sought === '' || textOf(timer).includes(sought)),
    );
    const order = this.#order.value as Order;
    return order === 'file' ? fitting : fitting.sort(COMPARISONS[order]);
  }

  #sayRest(fitting: number): void {
    const left = fitting - this.#shown.length;
    const total = this.#model.timers.size;
    this.#rest.hidden = left === 0 && fitting > 0;
    if (fitting === 0)
      this.#rest.replaceChildren(total === 0 ? 'There are no timers in the file.' : 'No timers match.');
    else if (left > 0) {
      const more = () => {
        this.#most += 5 * ROWS;
        this.render();
      };
      const button = make('button', { type: 'button', on: { click: more } }, 'Show more');
      this.#rest.replaceChildren(`${plural(left, 'more timer')} `, button);
    }
  }
}

const textOf = ({ task_name: name, description, tags }: LiveTimer): string =>
  [name, description ?? '', ...tags].join(' ').toLowerCase();

const rankOf = (timer: LiveTimer): number => {
  if (has(timer, 'failing')) return 0;
  if (has(timer, 'paused')) return 1;
  return has(timer, 'disabled') ? 3 : 2;
};
function nextOf(timer: LiveTimer): number {
  const start = nextStartOf(timer);
  return start === null ? Number.POSITIVE_INFINITY : Date.parse(start);
}
const byName = (one: LiveTimer, other: LiveTimer): number => (one.task_name < other.task_name ? -1 : 1);
const COMPARISONS: Readonly<Record<Exclude<Order, 'file'>, (one: LiveTimer, other: LiveTimer) => number>> = {
  trouble: (one, other) => rankOf(one) - rankOf(other) || byName(one, other),
  next: (one, other) => (nextOf(one) === nextOf(other) ? byName(one, other) : nextOf(one) - nextOf(other)),
  name: byName,
};

/** One timer's row. It is updated when the timer has changed; counters tick in between. */
class Row {
  readonly element: HTMLTableRowElement;
  readonly #about = make('span', { class: 'about' });
  readonly #states = make('td', { class: 'states' });
  readonly #next = make('td', { class: 'next' });
  readonly #last = make('td', { class: 'last' }, make('span'));
  readonly #recent = make('td', { class: 'recent' });
  readonly #took = make('td', { class: 'wide number' });
  readonly #late = make('td', { class: 'wide number' });
  readonly #hold: HTMLButtonElement;
  #timer: LiveTimer | undefined;

  constructor(name: string, { opened, asked }: TableEvents) {
    const open = make(
      'button',
      { type: 'button', class: 'name', title: name, on: { click: () => opened(name) } },
      name,
    );
    const trigger = button('Trigger', `Trigger ${name}`, () => asked('trigger', name));
    this.#hold = button('Pause…', `Pause ${name}`, () => asked(this.#timer?.paused == null ? 'pause' : 'resume', name));
    this.element = make(
      'tr',
      {},
      make('th', { scope: 'row' }, open, this.#about),
      this.#states,
      this.#next,
      this.#last,
      this.#recent,
      this.#took,
      this.#late,
      make('td', { class: 'acts' }, trigger, ' ', this.#hold),
    );
  }

  take(timer: LiveTimer): void {
    if (timer === this.#timer) return;
    this.#timer = timer;
    sayWhole(this.#about, timer.description ?? timer.schedule);
    this.#recent.replaceChildren(drawStrip(timer.recent));
    this.#sayLengths(timer);
    const verb = timer.paused === null ? 'Pause' : 'Resume';
    say(this.#hold, timer.paused === null ? 'Pause…' : verb);
    this.#hold.setAttribute('aria-label', `${verb} ${timer.task_name}`);
  }

  tick(model: Model): void {
    const timer = this.#timer;
    if (timer === undefined) return;
    const { now } = model;
    showStates(this.#states, statesOf(timer, now, model.receivedAt(timer.task_name)));
    this.#sayLast(timer, now);
    this.#sayNext(timer, now, model.isConnected);
  }

  #sayLengths(timer: LiveTimer): void {
    const { duration_ms: took = null, lateness_ms: late = null } = timer.last ?? {};
    say(this.#took, took === null ? '' : humanDuration(took));
    say(this.#late, late === null || late < WORTH_TELLING ? '' : humanDuration(late));
  }

  #sayLast(timer: LiveTimer, now: number): void {
    const words = lastInWords(timer, now);
    const [text] = this.#last.children;
    if (text) sayWhole(text, words);
    this.#last.classList.toggle('good', (timer.last?.status ?? 'success') === 'success');
  }

  #sayNext(timer: LiveTimer, now: number, isConnected: boolean): void {
    const start = nextStartOf(timer);
    if (start === null) {
      say(this.#next, '–');
      return;
    }
    const next = Date.parse(start);
    const why = [nominalTimeInWords(timer, now), whySkipped(timer)].filter((words) => words !== '');
    if (!isConnected) sayBoth(this.#next, localClockTime(next, now), 'as last known');
    else sayBoth(this.#next, ahead(next, now), [localClockTime(next, now), ...why].join(', '));
  }
}

const button = (text: string, label: string, click: () => void): HTMLButtonElement =>
  make('button', { type: 'button', class: 'small', 'aria-label': label, on: { click } }, text);

function sayBoth(parent: Element, main: string, small: string): void {
  if (parent.childElementCount === 0) parent.replaceChildren(make('span'), make('small'));
  const [first, second] = parent.children;
  if (first && second) {
    say(first, main);
    say(second, small);
  }
}

function lastInWords({ last }: LiveTimer, now: number): string {
  if (last === null) return '';
  const times = last.count > 1 ? `${last.count} × ` : '';
  const when = ago(Date.parse(last.finished_at), now);
  return `${times}${last.status} ${when}${last.cause === '' ? '' : `: ${last.cause}`}`;
}
