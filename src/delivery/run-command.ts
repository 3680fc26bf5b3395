import { Canceler, type Cancellation } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { Command } from '../domain/command.js';
import type { AttemptIo, Executor, OutputStream } from '../domain/executor.js';
import { judge, type CancelCause } from '../domain/outcome.js';
import { OutputTail } from '../domain/output-tail.js';
import { SECOND, type Duration } from '../domain/time.js';
import type { DeliveryFailure } from './failure.js';

/** The dependencies of a delivery by command. */
export interface DeliveryContext {
  readonly clock: Clock;
  readonly executor: Executor;
}

/** A command that delivers something, such as a notification, and its variables. */
export interface DeliveryCommand {
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
}

/** How long a command may run before it is killed. */
const TIMEOUT: Duration = 30 * SECOND;
const SHUTDOWN: CancelCause = { kind: 'shutdown' };

/**
 * Runs a command for at most 30 s, and kills it when `stop` is aborted. Never rejects. Its output is returned only as
 * part of a failure.
 */
export async function runCommand(
  { command, env }: DeliveryCommand,
  stop: AbortSignal,
  { clock, executor }: DeliveryContext,
): Promise<DeliveryFailure | undefined> {
  const canceler = new Canceler();
  const io = new CommandIo(env, canceler);
  const kill = () => canceler.force(SHUTDOWN);
  stop.addEventListener('abort', kill);
  if (stop.aborted) kill();
  const disarm = clock.after(TIMEOUT, () => canceler.cancel({ kind: 'timeout', afterMs: TIMEOUT }));
  const exit = await executor.execute(command, io);
  disarm();
  const outcome = judge(exit, canceler.cause, command);
  if (outcome.status === 'success') return undefined;
  const outputTail = io.tail.toString();
  return { error: outcome.error ?? outcome.status, outcome, ...(outputTail !== '' && { outputTail }) };
}

class CommandIo implements AttemptIo {
  readonly env: AttemptIo['env'];
  readonly cancellation: Cancellation;
  readonly tail = new OutputTail();

  constructor(env: AttemptIo['env'], cancellation: Cancellation) {
    this.env = env;
    this.cancellation = cancellation;
  }

  started(): void {
    // No event reports its pid.
  }

  output(stream: OutputStream, lines: string): void {
    this.tail.push(lines, stream);
  }

  trouble(sentence: string): void {
    this.tail.push(sentence, 'stderr');
  }

  drained(): undefined {
    return undefined;
  }
}
