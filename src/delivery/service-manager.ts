import type { Command } from '../domain/command.js';
import type { SchedulerStatus, Totals } from '../domain/controls.js';
import type { TimerEvent } from '../domain/events/index.js';
import type { Sink } from '../domain/sink.js';
import { MINUTE, SECOND, type Cancel, type Duration, type Instant } from '../domain/time.js';
import type { ConditionWatch } from '../health/condition-watch.js';
import { judgeLiveness, STANDSTILL, troublesIn } from '../health/judge.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import { runCommand, type DeliveryContext } from './run-command.js';

export interface ServiceManagerContext extends DeliveryContext {
  /**
   * The service manager restarts the service if it gets no keep-alive for this long. `undefined` if it has no watchdog.
   */
  readonly watchdog: Duration | undefined;
  readonly totals: () => Totals;
  /** Called only if a start is overdue, because its cost grows with the number of timers. */
  readonly status: () => SchedulerStatus;
  readonly condition: Pick<ConditionWatch, 'condition'>;
  /** CLOCK_MONOTONIC, in microseconds. */
  readonly monotonicUsec: () => bigint;
  /** Formats an instant for people. */
  readonly format: (instant: Instant) => string;
  /** Called with a sentence, once for each reason why the service manager was not notified. */
  readonly onTrouble: (sentence: string) => void;
}

/** One message: assignments such as `READY=1`. */
type Message = readonly string[];

const LIMITS: OutboxLimits = { atOnce: 1, perReceiver: 16, overAll: 16 };

/**
 * Reports to the service manager whether the scheduler is ready, reloading, stopping and alive, as described in
 * sd_notify(3). Each message includes a status line for `systemctl status`. `systemd-notify` sends one message at a
 * time. This is not a companion, because it continues until the scheduler has stopped.
 */
export class ServiceManager implements Sink {
  readonly name = 'service manager';
  readonly #context: ServiceManagerContext;
  readonly #outbox: Outbox<Message>;
  #disarm: Cancel = () => undefined;
  /** A keep-alive that has not been sent yet. */
  #beatWaiting: Message | undefined;
  #lastStatus: string | undefined;
  #lastTrouble: string | undefined;

  constructor(context: ServiceManagerContext) {
    this.#context = context;
    this.#outbox = new Outbox({
      clock: context.clock,
      limits: LIMITS,
      plural: 'messages',
      deliver: (message, stop) => runCommand({ command: commandFor(message), env: {} }, stop, context),
      done: (message, failure) => this.#done(message, failure?.outputTail ?? failure?.error),
    });
  }

  accept(event: TimerEvent): void {
    switch (event.event) {
      case 'scheduler.standing_by':
      case 'scheduler.started':
        this.#disarm();
        this.#ready();
        this.#armBeat();
        return;
      case 'config.reloaded':
      case 'config.rejected':
        this.#ready();
        return;
      case 'scheduler.stopping':
        this.#send(['STOPPING=1', `STATUS=Stopping; ${count(event.running, 'active run')}`]);
        return;
      case 'scheduler.stopped':
        this.#disarm();
        return;
      default:
    }
  }

  /** Call this when a reload of the timer file begins. The event that ends the reload makes the service ready. */
  reloading(): void {
    if (this.#context.totals().isStopping) return;
    const at = this.#context.monotonicUsec();
    this.#send(['RELOADING=1', `MONOTONIC_USEC=${at}`, 'STATUS=Reloading the timer file']);
  }

  settle(patience: Duration): Promise<void> {
    return this.#outbox.settle(patience);
  }

  #ready(): void {
    const totals = this.#context.totals();
    if (!totals.isStopping) this.#send(['READY=1', `STATUS=${describe(totals, this.#context)}`]);
  }

  #armBeat(): void {
    const { watchdog, clock } = this.#context;
    this.#disarm = clock.after(watchdog === undefined ? MINUTE : watchdog / 2, () => {
      this.#armBeat();
      this.#beat();
    });
  }

  /** Sends a keep-alive. This call proves that the event loop is running. */
  #beat(): void {
    if (this.#beatWaiting !== undefined) return;
    const totals = this.#context.totals();
    const message = [...this.#lifeOf(totals), ...this.#newsOf(totals)];
    if (message.length === 0) return;
    this.#beatWaiting = message;
    this.#send(message);
  }

  #lifeOf({ at, nextStart = at }: Totals): Message {
    const { watchdog, status } = this.#context;
    const { reasons } = at - nextStart > STANDSTILL ? judgeLiveness(status(), { loopStood: 0 }) : ALIVE;
    if (reasons.length > 0) this.#tell(`the service manager gets no keep-alive: ${reasons.join('; ')}`);
    return reasons.length === 0 && watchdog !== undefined ? ['WATCHDOG=1'] : [];
  }

  #newsOf(totals: Totals): Message {
    const line = `STATUS=${describe(totals, this.#context)}`;
    return totals.isStopping || line === this.#lastStatus ? [] : [line];
  }

  #send(message: Message): void {
    this.#lastStatus = message.find((assignment) => assignment.startsWith('STATUS=')) ?? this.#lastStatus;
    this.#outbox.add('', message);
  }

  #done(message: Message, error: string | undefined): void {
    if (message === this.#beatWaiting) this.#beatWaiting = undefined;
    if (error === undefined) this.#lastTrouble = undefined;
    else this.#tell(`the service manager was not notified: ${error}`);
  }

  #tell(sentence: string): void {
    if (sentence !== this.#lastTrouble) this.#context.onTrouble(sentence);
    this.#lastTrouble = sentence;
  }
}

const ALIVE = { reasons: [] };

/** Describes the scheduler in one line: how many timers and runs, when the next one starts, and what is wrong. */
function describe({ timers, running, nextStart }: Totals, { condition, format }: ServiceManagerContext): string {
  const next = nextStart === undefined ? [] : [`next start ${format(nextStart)}`];
  const facts = [`${count(timers, 'timer')}, ${count(running, 'active run')}`, ...next];
  return [...facts, ...troublesIn(condition.condition)].join('; ');
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Creates the command that sends a message. Line breaks are replaced, because each would start another variable. */
const commandFor = (message: Message): Command => ({
  run: ['systemd-notify', ...message.map((assignment) => assignment.replace(/\s+/g, ' '))],
  shell: '/bin/sh',
  cwd: '/',
  env: {},
  successCodes: [0],
  killAfter: SECOND,
  output: { to: 'log' },
});
