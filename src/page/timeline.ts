import type { LaneRecord, LiveTimer, OutcomeRecord, TimelineRecord } from '../domain/api-record.js';
import { elementById, draw, make, say } from './element.js';
import { drawLane, type Lane, type LaneMark } from './timeline-lane.js';
import type { Model } from './model.js';
import type { Server } from './server.js';
import { pickLanes } from './pick-lanes.js';
import { RANGES, Scale } from './timeline-scale.js';
import { plural, tickInWords } from './words.js';

/** At most this many timers have a lane; fewer on a narrow page, so that the rest stays in view. */
const LANES = 10;
const FEW_LANES = 5;
/**
 * How long after a reload a change causes the next one. Without a change, outcomes are reloaded when the line for the
 * present has visibly moved.
 */
const BETWEEN_LOOKS = 3_000;

export interface TimelineEvents {
  readonly opened: (name: string, outcome?: OutcomeRecord) => void;
}

/** Past and upcoming firings of the timers at the top of the table, for a selectable range. */
export class Timeline {
  readonly #model: Model;
  readonly #server: Server;
  readonly #events: TimelineEvents;
  readonly #parent = elementById('timeline', HTMLElement);
  readonly #many = elementById('timeline-many', HTMLElement);
  readonly #readout = make('output', { class: 'readout' });
  readonly #lanes = new Map<string, HTMLButtonElement>();
  readonly #marks = new WeakMap<HTMLButtonElement, readonly LaneMark[]>();
  readonly #list = make('ul', { class: 'lanes' });
  readonly #axis = draw('svg', { class: 'axis', 'aria-hidden': 'true' });
  #past = RANGES[1]?.past ?? 0;
  #shown: readonly LiveTimer[] = [];
  #seen = '';
  #lookedAt = 0;
  #isLooking = false;

  constructor(model: Model, server: Server, events: TimelineEvents) {
    this.#model = model;
    this.#server = server;
    this.#events = events;
    const row = make('div', { class: 'axis-row' }, make('span'), this.#axis);
    this.#parent.append(row, this.#list, this.#readout, legend());
    this.#offerRanges();
  }

  /** Reloads if anything visible has changed. Can be called at any time. */
  refresh(shown: readonly LiveTimer[], isUrgent = false): void {
    this.#shown = shown;
    const lanes = pickLanes(shown, this.#parent.clientWidth < 600 ? FEW_LANES : LANES);
    this.#sayHowMany(lanes.length);
    const seen = `${this.#past} ${lanes.map(({ task_name: name, last }) => `${name} ${last?.firing_id ?? ''}`).join(' ')}`;
    const since = Date.now() - this.#lookedAt;
    const isStale = since > Math.max(BETWEEN_LOOKS, this.#past / 500);
    const isOther = seen !== this.#seen && since > BETWEEN_LOOKS;
    if (this.#isLooking || !(isUrgent || isOther || isStale)) return;
    this.#seen = seen;
    void this.#look(lanes);
  }

  #sayHowMany(drawn: number): void {
    const total = this.#model.timers.size;
    const order = drawn < this.#shown.length ? ': active and recently failed ones first' : '';
    say(this.#many, drawn < total ? `${drawn} of ${plural(total, 'timer')}${order}` : '');
  }

  async #look(timers: readonly LiveTimer[]): Promise<void> {
    this.#isLooking = true;
    this.#lookedAt = Date.now();
    const scale = new Scale(this.#model.now, this.#past, this.#axis.clientWidth);
    const span = `from=${new Date(scale.from).toISOString()}&until=${new Date(scale.until).toISOString()}`;
    const named = timers.map(({ task_name: name }) => `&task_name=${encodeURIComponent(name)}`).join('');
    try {
      const own = timers.length === 0 ? [] : (await this.#ask(`${span}${named}`)).lanes;
      const all = this.#model.timers.size > timers.length ? (await this.#ask(span)).lanes : [];
      this.#draw([...all, ...own], scale);
    } catch {
      // The stream shows that the server is unreachable; the drawing stays.
    }
    this.#isLooking = false;
  }

  #ask(query: string): Promise<TimelineRecord> {
    return this.#server.get<TimelineRecord>(`api/timeline?${query}`);
  }

  #draw(lanes: readonly LaneRecord[], scale: Scale): void {
    drawAxis(this.#axis, scale);
    const items = lanes.map((lane) => {
      const button = this.#laneOf(lane.task_name);
      const timer = lane.task_name === null ? undefined : this.#model.timers.get(lane.task_name);
      const drawn = drawLane(lane, timer ? [timer] : [...this.#model.timers.values()], scale);
      this.#fill(button, lane, drawn);
      return button.parentElement ?? button;
    });
    if (
      items.length !== this.#list.childElementCount ||
      items.some((item, index) => item !== this.#list.children[index])
    )
      this.#list.replaceChildren(...items);
  }

  #fill(button: HTMLButtonElement, { task_name: name }: LaneRecord, { drawing, marks, summary }: Lane): void {
    button.setAttribute('aria-label', `${name ?? 'all timers'}: ${summary}. Use the arrow keys to move through it.`);
    button.lastElementChild?.replaceWith(drawing);
    this.#marks.set(button, marks);
  }

  #laneOf(name: string | null): HTMLButtonElement {
    const key = name ?? '';
    const known = this.#lanes.get(key);
    if (known) return known;
    const button = make(
      'button',
      { type: 'button', class: 'lane' },
      make('span', {}, name ?? 'all timers'),
      make('span'),
    );
    let chosen: LaneMark | undefined;
    const choose = (mark: LaneMark | undefined) => {
      chosen = mark;
      say(this.#readout, mark?.words ?? '');
      point(button, mark);
    };
    const marks = () => this.#marks.get(button) ?? [];
    button.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      choose(neighbour(marks(), chosen, step));
    });
    button.addEventListener('pointermove', (event) => choose(nearest(marks(), button, event)));
    button.addEventListener('pointerleave', () => choose(undefined));
    button.addEventListener('blur', () => choose(undefined));
    button.addEventListener('click', () => {
      const target = chosen?.name ?? name;
      if (target !== null) this.#events.opened(target, chosen?.outcome);
    });
    make('li', {}, button);
    this.#lanes.set(key, button);
    return button;
  }

  #offerRanges(): void {
    const choices = RANGES.map(({ word, past }) => {
      const choose = () => {
        this.#past = past;
        this.refresh(this.#shown, true);
      };
      const input = make('input', {
        type: 'radio',
        name: 'range',
        checked: past === this.#past,
        on: { change: choose },
      });
      return make('label', {}, input, make('span', {}, word));
    });
    elementById('ranges', HTMLFieldSetElement).append(...choices);
  }
}

/** Returns the mark after or before the selected one; without a selection, the first upcoming or the last past mark. */
function neighbour(marks: readonly LaneMark[], chosen: LaneMark | undefined, step: number): LaneMark | undefined {
  const index = chosen === undefined ? -1 : marks.findIndex(({ words }) => words === chosen.words);
  if (index >= 0) return marks[Math.min(marks.length - 1, Math.max(0, index + step))];
  const coming = marks.findIndex(({ outcome }) => outcome === undefined);
  const first = coming < 0 ? marks.length : coming;
  return step > 0 ? (marks[first] ?? marks.at(-1)) : (marks[first - 1] ?? marks[0]);
}

function nearest(marks: readonly LaneMark[], button: Element, event: MouseEvent): LaneMark | undefined {
  const drawing = button.lastElementChild?.getBoundingClientRect();
  if (drawing === undefined || drawing.width === 0) return undefined;
  const at = ((event.clientX - drawing.left) / drawing.width) * 100;
  const reach = (14 / drawing.width) * 100;
  let best: LaneMark | undefined;
  for (const mark of marks)
    if (Math.abs(mark.at - at) < (best === undefined ? reach : Math.abs(best.at - at))) best = mark;
  return best;
}

function point(button: Element, mark: LaneMark | undefined): void {
  const drawing = button.lastElementChild;
  drawing?.querySelector('.pointer')?.remove();
  if (mark === undefined) return;
  const x = `${mark.at}%`;
  drawing?.append(draw('line', { x1: x, x2: x, y1: 0, y2: '100%', class: 'pointer' }));
}

function drawAxis(axis: SVGSVGElement, scale: Scale): void {
  const width = axis.clientWidth;
  const ticks = scale.ticks(Math.max(3, Math.floor(width / 80)));
  const now = scale.place(scale.now);
  const room = (45 / Math.max(1, width)) * 100;
  axis.replaceChildren(
    ...ticks
      .map((tick) => ({ tick, at: scale.place(tick) }))
      .filter(({ at }) => Math.abs(at - now) > room && at > room / 2 && at < 100 - room / 2)
      .map(({ tick, at }) => draw('text', { x: `${at}%`, y: 12 }, tickInWords(tick))),
    draw('text', { x: `${now}%`, y: 12, class: 'now' }, 'now'),
  );
}

function legend(): HTMLElement {
  const entry = (shape: SVGElement, words: string) =>
    make('li', {}, draw('svg', { viewBox: '0 0 12 24', 'aria-hidden': 'true' }, shape), words);
  return make(
    'ul',
    { class: 'legend' },
    entry(draw('rect', { x: 3, y: 12, width: 6, height: 8, class: 'outcome good' }), 'success'),
    entry(draw('rect', { x: 3, y: 4, width: 6, height: 16, class: 'outcome bad' }), 'failure, timeout, lost'),
    entry(draw('rect', { x: 3, y: 4, width: 6, height: 16, class: 'outcome held' }), 'skipped, missed, canceled'),
    entry(draw('rect', { x: 0, y: 9, width: 12, height: 11, class: 'outcome on' }), 'running'),
    entry(draw('circle', { cx: 6, cy: 16, r: 3, class: 'coming' }), 'upcoming'),
    entry(draw('rect', { x: 0, y: 4, width: 12, height: 16, class: 'more' }), 'too many to show'),
  );
}
