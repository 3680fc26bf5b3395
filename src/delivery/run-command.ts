import type { Canceler, Cancellation } from '../domain/cancellation.js';
import type { Clock } from '../domain/clock.js';
import type { Command } from '../domain/command.js';
import type { AttemptIo, Executor, OutputStream } from '../domain/executor.js';
import { judge, type Outcome } from '../domain/outcome.js';
import { OutputTail } from '../domain/output-tail.js';
import { SECOND, type Duration } from '../domain/time.js';

/** A command that tells somebody something. */
export interface Errand {
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  readonly canceler: Canceler;
}

/** How long one may take before it is ended. */
const TIMEOUT: Duration = 30 * SECOND;

/** Runs one, for 30 s at most. Never rejects. Answers how it ended, and its last lines, which go nowhere else. */
export async function runErrand(
  { command, env, canceler }: Errand,
  { clock, executor }: { readonly clock: Clock; readonly executor: Executor },
): Promise<{ readonly outcome: Outcome; readonly outputTail: string }> {
  const io = new ErrandIo(env, canceler);
  const disarm = clock.after(TIMEOUT, () => canceler.cancel({ kind: 'timeout', afterMs: TIMEOUT }));
  const exit = await executor.execute(command, io);
  disarm();
  return { outcome: judge(exit, canceler.cause, command.successCodes), outputTail: io.tail.toString() };
}

class ErrandIo implements AttemptIo {
  readonly env: AttemptIo['env'];
  readonly cancellation: Cancellation;
  readonly tail = new OutputTail();

  constructor(env: AttemptIo['env'], cancellation: Cancellation) {
    this.env = env;
    this.cancellation = cancellation;
  }

  started(): void {
    // Nobody asks for the pid of one.
  }

  line(stream: OutputStream, line: string): void {
    this.tail.push(line, stream);
  }

  trouble(sentence: string): void {
    this.tail.push(sentence, 'stderr');
  }

  drained(): undefined {
    return undefined;
  }
}
