import type { OutcomeRecord } from '../domain/api-record.js';
import { humanDuration } from '../domain/human-duration.js';
import { describeUsage } from '../domain/usage.js';
import { arrange, make, sign } from './element.js';
import { RunPanel } from './run-view.js';
import type { Server } from './server.js';
import { signOf, toneOf } from './state.js';
import { localClockTime } from './words.js';

/** At most this many outcomes of a timer are listed. */
const MOST = 50;
/** If the last failure is too old for the list, it is searched for among this many outcomes. */
const MOST_SOUGHT = 200;
const WORTH_TELLING = 1_000;

/** The last outcomes of one timer, newest first; each opens its run. */
export class OutcomeList {
  readonly element = make('div');
  readonly #list = make('div', { class: 'outcomes' });
  readonly #server: Server;
  readonly #name: string;
  /** Shown above the list: the last failure, if newer outcomes hide it. */
  readonly #failure = make('div', { class: 'failure' });
  readonly #items = new Map<string, Item>();
  readonly #empty = make('p', { class: 'quiet' }, 'Nothing is recorded yet.');

  constructor(server: Server, name: string) {
    this.#server = server;
    this.#name = name;
    this.element.append(this.#failure, make('h3', {}, 'Last outcomes'), this.#list);
  }

  /** Loads the outcomes again. Open entries stay open. Throws like the server functions. */
  async load(now: number, signal: AbortSignal): Promise<void> {
    const outcomes = await this.#ask(MOST, signal);
    const items = outcomes.toReversed().map((outcome) => this.#itemOf(outcome, now));
    arrange(this.#list, items.length === 0 ? [this.#empty] : items.map(({ element }) => element));
  }

  /**
   * Shows the last failure with its cause above the list, if newer outcomes hide it there. Throws like the server
   * functions.
   */
  async tellFailure(now: number, signal: AbortSignal): Promise<void> {
    const isBad = ({ status }: OutcomeRecord) => toneOf(status) === 'bad';
    const outcomes = await this.#ask(MOST_SOUGHT, signal);
    const failure = outcomes.findLast(isBad);
    if (failure === undefined || failure === outcomes.at(-1)) {
      this.#failure.replaceChildren();
      delete this.#failure.dataset['key'];
    } else if (this.#failure.dataset['key'] !== keyOf(failure)) {
      const { element } = new Item(this.#server, failure, now);
      this.#failure.replaceChildren(make('h3', {}, 'Last failure'), make('div', { class: 'outcomes' }, element));
      this.#failure.dataset['key'] = keyOf(failure);
    }
  }

  async #ask(limit: number, signal: AbortSignal): Promise<readonly OutcomeRecord[]> {
    const path = `api/outcomes?limit=${limit}&task_name=${encodeURIComponent(this.#name)}`;
    return (await this.#server.get<{ outcomes: readonly OutcomeRecord[] }>(path, signal)).outcomes;
  }

  /** Opens an outcome, the newest by default, and returns whether it exists. */
  reveal(outcome?: OutcomeRecord): boolean {
    const element = outcome ? this.#items.get(keyOf(outcome))?.element : this.#list.querySelector('details');
    if (!(element instanceof HTMLDetailsElement)) return false;
    element.open = true;
    element.scrollIntoView({ block: 'nearest' });
    return true;
  }

  #itemOf(outcome: OutcomeRecord, now: number): Item {
    const key = keyOf(outcome);
    const item = this.#items.get(key) ?? new Item(this.#server, outcome, now);
    this.#items.set(key, item);
    return item;
  }
}

const keyOf = ({ run_id: runId, firing_id: firingId }: OutcomeRecord): string => runId ?? firingId;

const TRIGGERS = { schedule: '', catch_up: 'catch-up', manual: 'manual', start: 'at start' };

class Item {
  readonly element: HTMLDetailsElement;

  constructor(server: Server, outcome: OutcomeRecord, now: number) {
    const { status, cause, run_id: runId, trigger } = outcome;
    const head = make(
      'summary',
      {},
      make('span', { class: `state ${toneOf(status)}` }, sign(signOf(status)), make('span', {}, status)),
      make('time', { datetime: outcome.scheduled_at }, localClockTime(Date.parse(outcome.scheduled_at), now)),
      make(
        'span',
        { class: 'how' },
        [TRIGGERS[trigger], onOf(outcome), tookOf(outcome), usedOf(outcome), lateOf(outcome)]
          .filter(Boolean)
          .join(' · '),
      ),
      make('span', { class: 'cause' }, timesOf(outcome) + cause),
    );
    this.element = make('details', {}, head);
    let view: RunPanel | undefined;
    this.element.addEventListener('toggle', () => {
      if (view !== undefined || !this.element.open) return;
      if (runId === undefined)
        this.element.append(make('p', { class: 'quiet' }, 'It did not run, so it printed nothing.'));
      else {
        view = new RunPanel(server, runId);
        this.element.append(view.element);
        void view.open();
      }
    });
  }
}

const onOf = ({ node }: OutcomeRecord): string => (node === undefined ? '' : `on ${node}`);
const tookOf = ({ duration_ms: took, attempts = 1 }: OutcomeRecord): string =>
  took === undefined ? '' : `took ${humanDuration(took)}${attempts > 1 ? `, ${attempts} attempts` : ''}`;
const usedOf = ({ cpu_ms: cpuMs, max_rss_bytes: maxRssBytes, ...ended }: OutcomeRecord): string =>
  describeUsage({ cpuMs, maxRssBytes }, ended) ?? '';
const lateOf = ({ lateness_ms: late = 0 }: OutcomeRecord): string =>
  late < WORTH_TELLING ? '' : `${humanDuration(late)} late`;
const timesOf = ({ count = 1 }: OutcomeRecord): string => (count > 1 ? `${count} firings: ` : '');
