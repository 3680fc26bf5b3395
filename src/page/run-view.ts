import type { OutputRecord, RunDetails } from '../domain/api-record.js';
import { humanDuration } from '../domain/human-duration.js';
import { make, say } from './element.js';
import { RefusedError, type Server } from './server.js';
import { fullTime, plural } from './words.js';

/** At most this many lines are kept on the page. */
const MOST_LINES = 2_000;
/** Facts longer than this may scroll, and must be reachable by keyboard. */
const SHORT = 200;

/** One run in full: its attempts and its output, live. */
export class RunPanel {
  readonly element = make('div', { class: 'run' });
  readonly #server: Server;
  readonly #runId: string;
  readonly #facts = make('div');
  readonly #state = make('p', { class: 'quiet' }, 'loading…');
  readonly #output = make('pre', { tabindex: 0, 'aria-label': 'output' });
  #stop = new AbortController();

  constructor(server: Server, runId: string) {
    this.#server = server;
    this.#runId = runId;
    this.element.append(this.#facts, this.#state, this.#output);
    this.#output.hidden = true;
  }

  /** Loads what is known about the run, and follows it while it is active. Never rejects. */
  async open(): Promise<void> {
    const { signal } = (this.#stop = new AbortController());
    try {
      const details = await this.#server.get<RunDetails>(`api/run?run_id=${this.#runId}`, signal);
      this.#tell(details);
      if (details.outcome === null) await this.#follow(signal);
    } catch (error) {
      if (!signal.aborted) this.#say(error instanceof RefusedError ? error.message : 'the connection was lost');
    }
  }

  /** Stops following. */
  close(): void {
    this.#stop.abort();
  }

  #tell({ run_id: id, started_at: started, node, failed_attempts: attempts, outcome, output }: RunDetails): void {
    const facts: [string, string][] = [
      ['run', id],
      ['started', started === null ? (outcome === null ? 'not yet' : 'never') : fullTime(Date.parse(started))],
      ...(node === undefined ? [] : [['node', node] as [string, string]]),
      ...attempts.map(({ attempt, timestamp, error, retry_in_ms: pause, node: where }): [string, string] => [
        where === undefined ? `attempt ${attempt}` : `attempt ${attempt} on ${where}`,
        `${fullTime(Date.parse(timestamp))}: ${error}; again after ${humanDuration(pause)}`,
      ]),
      ...lastAttemptOf(outcome),
    ];
    this.#facts.replaceChildren(factList(facts));
    this.#output.replaceChildren();
    if (outcome === null) return;
    this.#say(output.length === 0 ? 'No output was kept.' : '');
    this.#print(output);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.#say('It has printed nothing yet.');
    const path = `api/events?run_id=${this.#runId}`;
    await this.#server.listen(
      path,
      ({ event, data }) => {
        if (event === 'output') this.#print([JSON.parse(data) as OutputRecord]);
        if (event === 'dropped') this.#print([{ line: `… ${plural(Number(data), 'line')} left out …` }]);
      },
      signal,
    );
  }

  #print(lines: readonly OutputRecord[]): void {
    if (lines.length === 0) return;
    const output = this.#output;
    const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 20;
    this.#say('');
    output.hidden = false;
    output.append(...lines.map(({ line, stream }) => make('span', { class: stream ?? 'stdout' }, `${line}\n`)));
    while (output.childElementCount > MOST_LINES) output.firstElementChild?.remove();
    if (isAtEnd) output.scrollTop = output.scrollHeight;
  }

  #say(sentence: string): void {
    say(this.#state, sentence);
    this.#state.hidden = sentence === '';
  }
}

/** Returns the attempt that decided the run's outcome, if it was not the only one. */
function lastAttemptOf(outcome: RunDetails['outcome']): [string, string][] {
  const { attempts = 1, timestamp, status, cause, fallback_duration_ms: fallback = 0 } = outcome ?? {};
  if (attempts < 2 || timestamp === undefined) return [];
  return [[`attempt ${attempts}`, `${fullTime(Date.parse(timestamp) - fallback)}: ${cause || status || ''}`]];
}

/** Creates a list of labels and their values. */
export const factList = (facts: readonly (readonly [string, string])[]): HTMLElement =>
  make(
    'dl',
    {},
    ...facts.map(([label, text]) =>
      make('div', {}, make('dt', {}, label), make('dd', { tabindex: text.length > SHORT && 0 }, text)),
    ),
  );
