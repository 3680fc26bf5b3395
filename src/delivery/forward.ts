import type { Clock } from '../domain/clock.js';
import type { ForwardEvent, TimerEvent } from '../domain/events/index.js';
import { firingId } from '../domain/firing.js';
import { REFUSED_HEADER, type ForwardSettings } from '../domain/forward.js';
import { isEnding, type Ending } from '../domain/ledger.js';
import type { ForwardMark, NumberedEnding, OutcomeLog } from '../domain/outcome-log.js';
import type { Sink } from '../domain/sink.js';
import type { ForwardRecord } from '../domain/status-record.js';
import { MINUTE, SECOND, toTimestamp, type Cancel, type Duration, type Instant } from '../domain/time.js';
import { hostOf } from '../domain/web-request.js';
import { bearerIn } from './bearer-token.js';
import { plainText } from '../text/plain-text.js';
import type { WebAnswer, WebClient } from './web-client.js';
import { retryAfter } from './retry-after.js';
import { refusalIn } from './web-sender.js';

export interface ForwardContext {
  readonly client: WebClient;
  readonly clock: Clock;
  /** The scheduler's own time. */
  readonly now: () => Instant;
  /** The name of this machine. */
  readonly node: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Returns the recorded outcomes; `undefined` while the state can't be written. */
  readonly outcomes: () => OutcomeLog | undefined;
  /** The record of an outcome, as in the log. */
  readonly toRecord: (ending: Ending) => object;
  readonly emit: (event: ForwardEvent) => void;
}

/** The maximum number of outcomes and bytes in a request. A server that times out or rejects the size gets fewer. */
const MOST = 500;
const MOST_BYTES = 256 * 1024;
/** How many outcomes are read in one turn of the event loop. */
const SLICE = 50;
/** The pause after the first failure; it doubles up to the longest, with jitter. */
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;
/** The longest reason that is kept, in characters. */
const LONGEST_REASON = 300;

/** Why outcomes did not arrive. */
interface Refusal {
  readonly reason: string;
  /** How long the server asks its clients to wait. */
  readonly pause?: Duration;
  /** The number of the outcome at fault, if there is only one. */
  readonly number?: number;
}

/** Consecutive outcomes. */
interface Batch {
  readonly from: number;
  readonly to: number;
  readonly body: string;
}

/**
 * Sends every recorded outcome to a server, in the order of their numbers, one request at a time. Repeats a request
 * until the server accepts it. Progress is stored in the state, so a restart continues from there. An outcome is
 * identified by its node, its state and its number.
 */
export class Forward implements Sink {
  readonly name = 'forward';
  readonly #settings: ForwardSettings;
  readonly #context: ForwardContext;
  readonly #stop = new AbortController();
  #most = MOST;
  #failures = 0;
  /**
   * The number of an outcome that the server rejected. It is sent again on its own, because the server may only have
   * misread it.
   */
  #suspect: number | undefined;
  #away: { readonly since: Instant; readonly reason: string } | undefined;
  #hasNews = false;
  /** The request being sent; absent if there is nothing to send, and during a pause. */
  #sending: Promise<void> | undefined;
  #pause: Cancel | undefined;

  constructor(settings: ForwardSettings, context: ForwardContext) {
    this.#settings = settings;
    this.#context = context;
  }

  start(): void {
    this.#wake();
  }

  /** Does nothing, because outcomes are recorded until the last run has ended. {@link settle} stops forwarding. */
  stop(): void {
    // Nothing to do.
  }

  accept(event: TimerEvent): void {
    if (isEnding(event)) this.#wake();
  }

  async settle(patience: Duration): Promise<void> {
    this.#pause?.();
    if (this.#away !== undefined) this.#stop.abort();
    const disarm = this.#context.clock.after(patience, () => this.#stop.abort());
    await this.#sending;
    disarm();
    this.#stop.abort();
  }

  /** How many outcomes wait to be sent; `undefined` while the state can't be read. */
  get unsent(): number | undefined {
    const { outcomes, now } = this.#context;
    try {
      const log = outcomes();
      return log && Math.max(0, log.last() - log.begin(now()).number);
    } catch {
      // The ledger reports trouble with the state.
      return undefined;
    }
  }

  /** The state of forwarding, under public names. */
  get record(): ForwardRecord {
    return {
      receiver: hostOf(this.#settings.url),
      unsent: this.unsent ?? null,
      unavailable_since: this.#away === undefined ? null : toTimestamp(this.#away.since),
      reason: this.#away?.reason ?? null,
    };
  }

  #wake(): void {
    this.#hasNews = true;
    if (this.#sending !== undefined || this.#pause !== undefined || this.#stop.signal.aborted) return;
    this.#sending = this.#turn()
      .then(() => this.#sendAll())
      .catch((error: unknown) => this.#failed({ reason: `the state cannot be used: ${String(error)}` }))
      .finally(() => (this.#sending = undefined));
  }

  async #sendAll(): Promise<void> {
    while (this.#hasNews) {
      this.#hasNews = false;
      let isMore = true;
      while (isMore && !this.#stop.signal.aborted) isMore = await this.#sendSome();
    }
  }

  /** Sends one request. Returns whether there may be more to send now. */
  async #sendSome(): Promise<boolean> {
    const log = this.#context.outcomes();
    if (log === undefined) {
      this.#failed({ reason: 'the state cannot be written' });
      return false;
    }
    const mark = log.begin(this.#context.now());
    const found = await this.#read(log, mark);
    const [first] = found;
    if (first === undefined) return false;
    const last = first.ending === undefined ? first.number : first.number - 1;
    if (last > mark.number) {
      this.#dropped(log, { ...mark, number: last }, mark.number + 1);
      return true;
    }
    const batch = await this.#batchOf(found, first.number);
    const refusal = await this.#post(batch, mark.state);
    if (refusal?.number !== undefined) {
      if (refusal.number === this.#suspect && refusal.number === first.number)
        this.#setAside(log, { ...mark, number: first.number }, { ...refusal, ending: first.ending });
      else this.#suspect = refusal.number;
      return true;
    }
    if (refusal !== undefined) {
      this.#failed(refusal);
      return false;
    }
    log.noteSent({ ...mark, number: batch.to });
    this.#arrived();
    return true;
  }

  /** Reads the next outcomes, up to a request's worth. */
  async #read(log: OutcomeLog, { number }: ForwardMark): Promise<readonly NumberedEnding[]> {
    const found: NumberedEnding[] = [];
    while (found.length < this.#most) {
      const some = log.after(found.at(-1)?.number ?? number, Math.min(SLICE, this.#most - found.length));
      found.push(...some);
      if (some.length < SLICE) break;
      await this.#turn();
    }
    return found;
  }

  /**
   * Assembles a request from the outcomes that begin with number `from`, up to a gap or the limit on bytes. A rejected
   * outcome is sent on its own.
   */
  async #batchOf(found: readonly NumberedEnding[], from: number): Promise<Batch> {
    const lines: string[] = [];
    let bytes = 0;
    for (const { number, ending } of found) {
      const isAlone = lines.length > 0 && (number === this.#suspect || from === this.#suspect);
      if (number !== from + lines.length || ending === undefined || isAlone) break;
      const line = JSON.stringify({ number, ...this.#context.toRecord(ending) });
      bytes += Buffer.byteLength(line) + 1;
      if (lines.length > 0 && bytes > MOST_BYTES) break;
      lines.push(line);
      if (lines.length % SLICE === 0) await this.#turn();
    }
    return { from, to: from + lines.length - 1, body: `${lines.join('\n')}\n` };
  }

  #dropped(log: OutcomeLog, mark: ForwardMark, from: number): void {
    const { emit, now } = this.#context;
    emit({ event: 'forward.dropped', at: now(), receiver: hostOf(this.#settings.url), from, to: mark.number });
    log.noteSent(mark);
  }

  /** Skips an outcome that the server will never accept. It stays in the state as long as any other outcome. */
  #setAside(
    log: OutcomeLog,
    mark: ForwardMark,
    { reason, ending }: Refusal & { readonly ending?: Ending | undefined },
  ) {
    const { emit, now } = this.#context;
    const receiver = hostOf(this.#settings.url);
    const firing = ending === undefined ? '' : firingId(ending.firing);
    emit({ event: 'forward.refused', at: now(), receiver, number: mark.number, of: firing, reason });
    log.noteSent(mark);
  }

  /** Sends a batch. Returns why the server did not accept it, if so. */
  async #post({ from, to, body }: Batch, state: string): Promise<Refusal | undefined> {
    const { client, node } = this.#context;
    const bearer = bearerIn(this.#settings.tokenFile);
    if ('error' in bearer) return { reason: bearer.error };
    const headers = {
      ...bearer.headers,
      'Content-Type': 'application/x-ndjson',
      'Timers-Node': node,
      'Timers-State': state,
      'Timers-From': String(from),
      'Timers-To': String(to),
    };
    const answer = await client({ method: 'POST', url: this.#settings.url, headers, body }, this.#stop.signal);
    const isLarge = 'error' in answer ? answer.isTimeout === true : answer.status === 413;
    if (isLarge) this.#most = Math.max(1, Math.floor((to - from + 1) / 2));
    if ('error' in answer) return { reason: answer.error };
    const reason = refusalIn(answer) ?? pageIn(answer);
    if (reason === undefined) return undefined;
    const refused = refusedIn(answer, to - from + 1);
    return refused ? { reason: refused.why, number: from + refused.line - 1 } : { reason, pause: retryAfter(answer) };
  }

  #arrived(): void {
    this.#most = Math.min(MOST, this.#most * 2);
    this.#failures = 0;
    if (this.#away === undefined) return;
    const { since } = this.#away;
    this.#away = undefined;
    const { emit, now } = this.#context;
    emit({ event: 'forward.recovered', at: now(), receiver: hostOf(this.#settings.url), since });
  }

  #failed({ reason, pause: asked = 0 }: Refusal): void {
    const { clock, emit, now, random } = this.#context;
    if (this.#stop.signal.aborted) return;
    // When the server is back, it may accept the outcome that it rejected before.
    this.#suspect = undefined;
    const at = now();
    const receiver = hostOf(this.#settings.url);
    if (this.#away === undefined)
      emit({ event: 'forward.unavailable', at, receiver, reason, unsent: this.unsent ?? 0 });
    this.#away = { since: this.#away?.since ?? at, reason };
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    this.#pause = clock.after(asked + pause * (0.5 + random() / 2), () => {
      this.#pause = undefined;
      this.#wake();
    });
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#context.clock.soon(resolve));
  }
}

/** Returns which line of a request the server will never accept, and why. */
function refusedIn(
  { status, header }: WebAnswer,
  lines: number,
): { readonly line: number; readonly why: string } | undefined {
  const [, line, why] = /^line (\d{1,3}):? (.+)$/.exec(header(REFUSED_HEADER) ?? '') ?? [];
  const isKnown = status === 400 && Number(line) >= 1 && Number(line) <= lines;
  return isKnown ? { line: Number(line), why: plainText(why ?? '').slice(0, LONGEST_REASON) } : undefined;
}

/**
 * Detects a web page, such as the login page of a network, that returns 200 to everything. Outcomes sent to it would be
 * lost.
 */
const pageIn = ({ header }: WebAnswer): string | undefined =>
  /^text\/html\b/i.test(header('Content-Type') ?? '') ? 'it returned a web page, such as a login page' : undefined;
