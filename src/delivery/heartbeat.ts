import { Canceler } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { SchedulerStatus } from '../domain/controls.js';
import type { HeartbeatMoved, TimerEvent } from '../domain/events/index.js';
import type { Executor } from '../domain/executor.js';
import { FairQueue } from '../turns/fair-queue.js';
import { judgeLiveness } from '../health/judge.js';
import type { HeartbeatSettings } from '../domain/heartbeat.js';
import type { CancelCause } from '../domain/outcome.js';
import type { Sink } from '../domain/sink.js';
import { SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';
import { hostOf } from '../domain/web.js';
import { ConditionWatch } from '../health/condition-watch.js';
import { runErrand } from './run-command.js';
import { summaryEnvironment, summaryOf, type Summary } from './heartbeat-summary.js';
import { STOPPED, type Send } from './web-sender.js';

export interface HeartbeatContext {
  readonly status: () => SchedulerStatus;
  readonly send: Send;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly facts: Pick<Summary, 'host' | 'version' | 'pid' | 'file'>;
  readonly emit: (moved: HeartbeatMoved) => void;
}

/** How long a beat on its way is waited for that was ended. */
const END_PATIENCE: Duration = 1 * SECOND;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/** A beat on its way. */
interface Beat {
  readonly summary: Summary;
  readonly stop: AbortController;
  readonly canceler: Canceler;
}

/**
 * The sign of life of a scheduler, for a service that raises the alarm when it fails to come. It tells the truth: none is sent by a scheduler that does
 * not fire what is due or whose event loop stood still, by one that has not started, nor by one that is over. The first goes out at the start; one that is
 * still on its way when the next is due is not overtaken. A beat that is not sent, or does not arrive, is told once, and so is the first that does again.
 */
export class Heartbeat implements Sink {
  readonly name = 'heartbeat';
  readonly #settings: HeartbeatSettings;
  readonly #context: HeartbeatContext;
  readonly #condition: ConditionWatch;
  readonly #queue: FairQueue<Beat>;
  #disarm: Cancel = () => undefined;
  #isOnItsWay = false;
  #lastFiringAt: Instant | undefined;
  #failures = 0;
  #lastError: string | undefined;

  constructor(settings: HeartbeatSettings, context: HeartbeatContext) {
    this.#settings = settings;
    this.#context = context;
    this.#condition = new ConditionWatch(context.clock);
    this.#queue = new FairQueue({
      clock: context.clock,
      atOnce: 1,
      perKey: 1,
      overAll: 1,
      run: (beat) => this.#give(beat),
      refuse: () => this.#failed(STOPPED),
      end({ stop, canceler }) {
        stop.abort();
        canceler.force(SHUTDOWN);
      },
    });
  }

  start(): void {
    this.#condition.start();
    this.#armIn(0);
  }

  stop(): void {
    this.#condition.stop();
    this.#disarm();
  }

  accept(event: TimerEvent): void {
    this.#condition.accept(event);
    if (event.event === 'run.started') this.#lastFiringAt = event.at;
  }

  settle(patience: Duration): Promise<void> {
    return this.#queue.settle(patience, END_PATIENCE);
  }

  #armIn(delay: Duration): void {
    const dueAt = this.#context.clock.monotonic() + delay;
    this.#disarm = this.#context.clock.after(delay, () => {
      const { every } = this.#settings;
      const late = Math.max(this.#context.clock.monotonic() - dueAt, 0);
      this.#armIn(every - (late % every));
      this.#beat();
    });
  }

  #beat(): void {
    if (this.#isOnItsWay) return;
    const status = this.#context.status();
    const { condition } = this.#condition;
    const { isOk, reasons } = judgeLiveness(status, condition);
    if (!isOk) {
      this.#failed(`not sent: ${reasons.join('; ')}`);
      return;
    }
    const facts = { ...this.#context.facts, lastFiringAt: this.#lastFiringAt, condition };
    this.#isOnItsWay = true;
    this.#queue.add('', { summary: summaryOf(status, facts), stop: new AbortController(), canceler: new Canceler() });
  }

  async #give(beat: Beat): Promise<void> {
    let error: string | undefined;
    try {
      error = (await this.#post(beat)) ?? (await this.#run(beat));
    } finally {
      this.#isOnItsWay = false;
    }
    if (error === undefined) this.#arrived();
    else this.#failed(error);
  }

  async #post({ summary, stop }: Beat): Promise<string | undefined> {
    const { request } = this.#settings;
    if (request === undefined) return undefined;
    const body = { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(summary) };
    const { error } = await this.#context.send({ ...request, ...(request.method === 'POST' && body) }, stop.signal);
    return error;
  }

  async #run({ summary, canceler }: Beat): Promise<string | undefined> {
    const { command } = this.#settings;
    if (command === undefined) return undefined;
    const { outcome } = await runErrand({ command, env: summaryEnvironment(summary), canceler }, this.#context);
    return outcome.status === 'success' ? undefined : (outcome.error ?? outcome.status);
  }

  #failed(error: string): void {
    this.#failures++;
    if (error !== this.#lastError) this.#context.emit({ event: 'heartbeat.failed', ...this.#about, error });
    this.#lastError = error;
  }

  #arrived(): void {
    const failures = this.#failures;
    this.#failures = 0;
    this.#lastError = undefined;
    if (failures > 0) this.#context.emit({ event: 'heartbeat.recovered', ...this.#about, failures });
  }

  get #about(): { readonly at: Instant; readonly host?: string } {
    const { request } = this.#settings;
    return { at: this.#context.clock.now(), ...(request && { host: hostOf(request.url) }) };
  }
}
