import type { SchedulerStatus } from '../domain/controls.js';
import type { HeartbeatMoved, TimerEvent } from '../domain/events/index.js';
import type { HeartbeatSettings } from '../domain/heartbeat.js';
import type { Sink } from '../domain/sink.js';
import type { Cancel, Duration, Instant } from '../domain/time.js';
import { hostOf } from '../domain/web-request.js';
import { ConditionWatch } from '../health/condition-watch.js';
import { judgeLiveness } from '../health/judge.js';
import type { DeliveryFailure } from './failure.js';
import { summaryEnvironment, summaryOf, type Summary } from './heartbeat-summary.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import { runCommand, type DeliveryContext } from './run-command.js';
import { jsonBody, sendRequest, type Send } from './web-sender.js';

export interface HeartbeatContext extends DeliveryContext {
  readonly status: () => SchedulerStatus;
  readonly send: Send;
  readonly facts: Pick<Summary, 'host' | 'version' | 'pid' | 'file'>;
  readonly emit: (moved: HeartbeatMoved) => void;
}

const LIMITS: OutboxLimits = { atOnce: 1, perReceiver: 1, overAll: 1 };

/**
 * Reports that the scheduler is alive, to a service that raises an alarm when heartbeats stop. The first heartbeat is
 * sent at startup. No heartbeat is sent before or after the scheduler runs, while a due timer has not fired, or while
 * the last heartbeat is being sent. None is sent after the event loop has stalled. A failing heartbeat is reported once
 * for each reason, and so is the first one that succeeds again.
 */
export class Heartbeat implements Sink {
  readonly name = 'heartbeat';
  readonly #settings: HeartbeatSettings;
  readonly #context: HeartbeatContext;
  readonly #condition: ConditionWatch;
  readonly #outbox: Outbox<Summary>;
  #disarm: Cancel = () => undefined;
  #lastFiringAt: Instant | undefined;
  #failures = 0;
  #lastError: string | undefined;

  constructor(settings: HeartbeatSettings, context: HeartbeatContext) {
    this.#settings = settings;
    this.#context = context;
    this.#condition = new ConditionWatch(context.clock);
    this.#outbox = new Outbox({
      clock: context.clock,
      limits: LIMITS,
      plural: 'heartbeats',
      deliver: async (summary, stop) => (await this.#post(summary, stop)) ?? this.#run(summary, stop),
      done: (_, failure) => (failure === undefined ? this.#arrived() : this.#failed(failure.error)),
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
    return this.#outbox.settle(patience);
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
    if (!this.#outbox.isIdle) return;
    const status = this.#context.status();
    const { condition } = this.#condition;
    const { isOk, reasons } = judgeLiveness(status, condition);
    if (!isOk) {
      this.#failed(`not sent: ${reasons.join('; ')}`);
      return;
    }
    const facts = { ...this.#context.facts, lastFiringAt: this.#lastFiringAt, condition };
    this.#outbox.add('', summaryOf(status, facts));
  }

  async #post(summary: Summary, stop: AbortSignal): Promise<DeliveryFailure | undefined> {
    const { request } = this.#settings;
    if (request === undefined) return undefined;
    const body = request.method === 'POST' && jsonBody(JSON.stringify(summary));
    return sendRequest({ ...request, ...body }, stop, this.#context.send);
  }

  async #run(summary: Summary, stop: AbortSignal): Promise<DeliveryFailure | undefined> {
    const { command } = this.#settings;
    return command && runCommand({ command, env: summaryEnvironment(summary) }, stop, this.#context);
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
