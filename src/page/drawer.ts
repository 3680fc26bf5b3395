import type { LiveTimer, OutcomeRecord } from '../domain/api-record.js';
import { nextStartOf, type RunRecord } from '../domain/status-record.js';
import type { Actions } from './actions.js';
import { elementById, make, say } from './element.js';
import type { Model } from './model.js';
import { OutcomeList } from './outcome-list.js';
import { factList, RunPanel } from './run-view.js';
import type { Server } from './server.js';
import { nominalTimeInWords, has, statesOf, whySkipped } from './state.js';
import { showStates } from './show-states.js';
import { ago, ahead, fullTime } from './words.js';

export interface DrawerParts {
  readonly model: Model;
  readonly server: Server;
  readonly actions: Actions;
  /** Called when another timer is shown, or none. */
  readonly shown: (name: string | undefined) => void;
}

/** Shows one timer in full: its state, its active runs, and its last outcomes with their causes. */
export class Drawer {
  readonly #parts: DrawerParts;
  readonly #dialog = elementById('drawer', HTMLDialogElement);
  #view: TimerView | undefined;

  constructor(parts: DrawerParts) {
    this.#parts = parts;
    this.#dialog.addEventListener('close', () => {
      this.#view?.close();
      this.#view = undefined;
      parts.shown(undefined);
    });
    // The content of the drawer fills the whole dialog, so only a click next to it has the dialog itself as its target.
    this.#dialog.addEventListener('click', ({ target }) => {
      if (target === this.#dialog) this.#dialog.close();
    });
  }

  open(name: string, outcome?: OutcomeRecord): void {
    if (this.#view?.name === name || !this.#parts.model.timers.has(name)) return;
    this.#view?.close();
    this.#view = new TimerView(name, this.#parts, () => this.#dialog.close());
    this.#dialog.replaceChildren(this.#view.element);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#parts.shown(name);
    this.#view.render();
    void this.#view.load(outcome, true);
  }

  close(): void {
    this.#dialog.close();
  }

  render(): void {
    this.#view?.render();
  }
}

class TimerView {
  readonly name: string;
  readonly element: HTMLElement;
  readonly #parts: DrawerParts;
  readonly #outcomes: OutcomeList;
  readonly #states = make('p', { class: 'states' });
  readonly #facts = make('div', { class: 'facts' });
  /** Separate from the parts that are redrawn every second, because it scrolls. */
  readonly #about = make('div');
  readonly #runs = make('div');
  readonly #trouble = make('p', { class: 'quiet' });
  readonly #hold = make('span');
  readonly #views = new Map<string, RunPanel>();
  readonly #stop = new AbortController();
  #timer: LiveTimer | undefined;
  #facted = '';

  constructor(name: string, parts: DrawerParts, leave: () => void) {
    this.name = name;
    this.#parts = parts;
    this.#outcomes = new OutcomeList(parts.server, name);
    const { actions } = parts;
    this.element = make(
      'div',
      { class: 'inside' },
      make(
        'div',
        { class: 'bar' },
        make('h2', { id: 'drawer-title' }, name),
        make('button', { type: 'button', on: { click: leave } }, 'Close'),
      ),
      this.#states,
      this.#facts,
      this.#about,
      make(
        'div',
        { class: 'buttons' },
        make(
          'button',
          { type: 'button', class: 'main', on: { click: () => void actions.trigger(name) } },
          'Trigger now',
        ),
        this.#hold,
      ),
      this.#runs,
      this.#trouble,
      this.#outcomes.element,
    );
  }

  /** Shows what has changed, and updates counters. */
  render(): void {
    const { model } = this.#parts;
    const timer = model.timers.get(this.name);
    this.element.classList.toggle('locked', this.#isLocked());
    if (timer === undefined) {
      this.#states.replaceChildren('This timer is no longer in the file.');
      return;
    }
    showStates(this.#states, statesOf(timer, model.now, model.receivedAt(this.name)));
    this.#showFacts(timer, model.now);
    if (timer === this.#timer) return;
    const hasNew = this.#timer !== undefined && this.#timer.last?.firing_id !== timer.last?.firing_id;
    this.#offerHold(timer);
    this.#showAbout(timer.description);
    this.#timer = timer;
    this.#showRuns(timer);
    if (hasNew) void this.load(undefined, false);
  }

  /** Loads the outcomes. The first time, reveals the requested outcome, or the last one if it failed. Never rejects. */
  async load(outcome: OutcomeRecord | undefined, isFirst: boolean): Promise<void> {
    try {
      const { now } = this.#parts.model;
      await this.#outcomes.load(now, this.#stop.signal);
      if (this.#timer !== undefined && has(this.#timer, 'failing'))
        await this.#outcomes.tellFailure(now, this.#stop.signal);
      say(this.#trouble, '');
    } catch {
      if (!this.#stop.signal.aborted) say(this.#trouble, 'The outcomes could not be loaded.');
      return;
    }
    if (isFirst && (outcome !== undefined || this.#wentWrong())) this.#outcomes.reveal(outcome);
  }

  #wentWrong(): boolean {
    return (this.#timer?.last?.status ?? 'success') !== 'success';
  }

  close(): void {
    this.#stop.abort();
    for (const view of this.#views.values()) view.close();
  }

  #showAbout(description: string | null): void {
    if (description === (this.#timer?.description ?? null)) return;
    this.#about.replaceChildren(...(description === null ? [] : [factList([['about', description]])]));
  }

  #isLocked(): boolean {
    const { isConnected, facts } = this.#parts.model;
    return !isConnected || facts?.can_act === false;
  }

  #showFacts(timer: LiveTimer, now: number): void {
    const next = nextStartOf(timer);
    const { last_success_at: success, timezone, schedule, tags, paused } = timer;
    const facts: [string, string][] = [
      ['schedule', `${schedule} (${timezone})`],
      [
        'next',
        next === null
          ? 'none'
          : `${[fullTime(Date.parse(next)), nominalTimeInWords(timer, now)].filter((words) => words !== '').join(', ')}, ${this.#parts.model.isConnected ? ahead(Date.parse(next), now) : 'as last known'}${skippedInWords(timer)}`,
      ],
      [
        'last success',
        success === null ? 'none' : `${fullTime(Date.parse(success))}, ${ago(Date.parse(success), now)}`,
      ],
      ...(tags.length === 0 ? [] : [['tags', tags.join(', ')] as [string, string]]),
      ...(paused?.reason == null ? [] : [['paused', paused.reason] as [string, string]]),
    ];
    const facted = JSON.stringify(facts);
    if (facted !== this.#facted) this.#facts.replaceChildren(factList(facts));
    this.#facted = facted;
  }

  #offerHold({ paused }: LiveTimer): void {
    if (this.#timer !== undefined && (this.#timer.paused === null) === (paused === null)) return;
    const { actions } = this.#parts;
    const [word, click]: [string, () => void] =
      paused === null
        ? ['Pause…', () => void actions.pause(this.name)]
        : ['Resume', () => void actions.resume(this.name)];
    this.#hold.replaceChildren(make('button', { type: 'button', on: { click } }, word));
  }

  #showRuns({ runs }: LiveTimer): void {
    const on = new Map(runs.map((run) => [`${headOf(run)} ${run.run_id}`, run]));
    for (const [key, view] of this.#views) {
      if (on.has(key)) continue;
      view.close();
      view.element.parentElement?.remove();
      this.#views.delete(key);
    }
    for (const [key, run] of on) if (!this.#views.has(key)) this.#addRun(key, run);
  }

  /** The heading is part of the key, so a new heading loads the run's facts again. */
  #addRun(key: string, run: RunRecord): void {
    const { server, actions } = this.#parts;
    const { run_id: id } = run;
    const view = new RunPanel(server, id);
    const cancel = () => {
      if (confirm(`Cancel this run of ${this.name}?`)) void actions.cancel(this.name, id);
    };
    const head = make(
      'div',
      { class: 'bar' },
      make('h3', {}, headOf(run)),
      make('button', { type: 'button', class: 'act', on: { click: cancel } }, 'Cancel run'),
    );
    this.#views.set(key, view);
    this.#runs.append(make('section', { class: 'running' }, head, view.element));
    void view.open();
  }
}

function headOf({ state }: RunRecord): string {
  if (state === 'attempting') return 'Now running';
  return state === 'pausing' ? 'Waiting for a retry' : 'Waiting';
}

function skippedInWords(timer: LiveTimer): string {
  const why = whySkipped(timer);
  return why === '' ? '' : `; it will be ${why}`;
}
