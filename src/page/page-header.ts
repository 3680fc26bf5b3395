import { machinesInWords, takeoverInWords } from '../domain/machines-in-words.js';
import { waitingInWords } from '../domain/waiting-in-words.js';
import type { SharedRecord } from '../domain/status-record.js';
import { elementById, make, say } from './element.js';
import type { Model } from './model.js';
import { has, type State, type Trait } from './state.js';
import { showStates } from './show-states.js';
import { localClockTime, plural, zoneInUse } from './words.js';

export interface HeadEvents {
  readonly filtered: (trait: Trait | undefined) => void;
  readonly locked: () => void;
}

const FILTERS: readonly (readonly [Trait | undefined, string])[] = [
  [undefined, 'all'],
  ['failing', 'failing'],
  ['running', 'running'],
  ['paused', 'paused'],
  ['disabled', 'disabled'],
];

/** The part above the timers: which scheduler this is, whether it is reachable, what the user may do, and counts. */
export class Head {
  readonly #model: Model;
  readonly #file = elementById('file', HTMLElement);
  readonly #facts = elementById('facts', HTMLElement);
  readonly #connection = elementById('connection', HTMLElement);
  readonly #machines = elementById('machines', HTMLElement);
  readonly #away = elementById('away', HTMLElement);
  readonly #note = elementById('note', HTMLElement);
  readonly #key = elementById('key', HTMLButtonElement);
  readonly #counts = new Map<Trait | undefined, HTMLElement>();

  constructor(model: Model, events: HeadEvents) {
    this.#model = model;
    this.#key.addEventListener('click', () => events.locked());
    const choices = FILTERS.map(([trait, word]) => {
      const on = { change: () => events.filtered(trait) };
      const input = make('input', { type: 'radio', name: 'filter', checked: trait === undefined, on });
      const count = make('b');
      this.#counts.set(trait, count);
      return make('label', {}, input, make('span', {}, `${word} `, count));
    });
    elementById('filters', HTMLFieldSetElement).append(...choices);
  }

  render(hasToken: boolean): void {
    this.#key.hidden = !hasToken;
    const { facts, isConnected } = this.#model;
    this.#showAway();
    showStates(this.#connection, [isConnected ? connected(facts) : AWAY]);
    if (facts === undefined) return;
    say(this.#file, facts.file);
    say(
      this.#facts,
      [
        sinceOf(facts, this.#model.now),
        `pid ${facts.pid}`,
        facts.version,
        ...(facts.launcher ? [`launcher ${facts.launcher.kind}`] : []),
        `times in ${zoneInUse()}`,
      ].join(' · '),
    );
    this.#showMachines(facts.shared);
    this.#showNote(facts.can_act, facts.left_out, facts.file);
    this.#count();
  }

  /** Shows why the page is empty. */
  refuse(reason: string): void {
    this.#note.hidden = false;
    this.#note.replaceChildren(
      `${reason}. `,
      make('button', { type: 'button', on: { click: () => location.reload() } }, 'Try again'),
    );
  }

  /** Shows which machine's timers these are, on a shared state. */
  #showMachines(shared: SharedRecord | undefined): void {
    this.#machines.hidden = shared === undefined;
    if (shared === undefined) return;
    const { role, node, active, state, fence } = shared;
    this.#machines.classList.toggle('standby', role === 'standby');
    const whose = active === null ? 'the timers of its own file' : `the timers of ${active}`;
    const here = role === 'standby' ? [`this is ${node}, which shows ${whose}`] : [];
    const how = takeoverInWords(shared, this.#model.now);
    say(
      this.#machines,
      [
        ...here,
        ...waitingInWords(shared),
        ...machinesInWords(shared),
        ...(how === undefined ? [] : [`${active} ${how}`]),
        ...(fence == null ? [] : [`fence ${fence}`]),
        state,
      ].join(' · '),
    );
  }

  #showAway(): void {
    const { lostAt, facts, now } = this.#model;
    const isAway = facts !== undefined && lostAt !== undefined;
    document.body.classList.toggle('away', isAway);
    this.#away.hidden = !isAway;
    if (isAway)
      say(
        this.#away,
        `The scheduler has not been reachable since ${localClockTime(lostAt, now)}. The data below is from that time and may be out of date. This page keeps trying.`,
      );
  }

  #count(): void {
    const timers = [...this.#model.timers.values()];
    for (const [trait, element] of this.#counts)
      say(element, String(trait === undefined ? timers.length : timers.filter((timer) => has(timer, trait)).length));
  }

  #showNote(canAct: boolean, leftOut: number, file: string): void {
    const sentences = [
      ...(canAct
        ? []
        : [
            'This page is read-only. To trigger and pause from here, write a token to a file (openssl rand -hex 16 > token), set ' +
              `http: { listen: …, token_file: ./token } in ${file}, and restart the scheduler.`,
          ]),
      ...(leftOut > 0 ? [`Not shown: ${plural(leftOut, 'more timer')} in the file.`] : []),
    ];
    this.#note.hidden = sentences.length === 0;
    say(this.#note, sentences.join(' '));
  }
}

const AWAY: State = { sign: 'bad', word: 'not connected, trying again…', tone: 'bad' };

function connected(facts: Model['facts']): State {
  if (facts?.is_stopping) return { sign: 'held', word: 'stopping', tone: 'held' };
  return facts?.shared?.role === 'standby'
    ? { sign: 'held', word: 'standing by', tone: 'held' }
    : { sign: 'on', word: 'live', tone: 'good' };
}

function sinceOf({ started_at: startedAt, shared }: NonNullable<Model['facts']>, now: number): string {
  if (startedAt !== null) return `since ${localClockTime(Date.parse(startedAt), now)}`;
  return shared?.role === 'standby' ? 'standing by' : 'not started yet';
}
