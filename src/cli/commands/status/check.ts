import { createSystemClock } from '../../../clocks/system.js';
import { LostError, RefusalError } from '../../../control/index.js';
import { SECOND, type Duration } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import type { FileOption, JsonOption, StateOption } from '../../options.js';
import { isUnreached, reach } from '../../reach-scheduler.js';
import type { Terminal } from '../../terminal.js';

/** `alive`: whether the scheduler works. `ready`: whether everything else works, too. */
export type HealthQuestion = 'alive' | 'ready';

/** How long a scheduler may take to respond. This is shorter than the timeout of any prober. */
const PATIENCE: Duration = 5 * SECOND;

interface Answer {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/**
 * Asks a scheduler for its health, as `/healthz` and `/readyz` do, and prints it. Returns 0 if the scheduler is
 * healthy, otherwise 1. Takes at most {@link PATIENCE}, even without a reply.
 */
export async function checkScheduler(
  terminal: Terminal,
  question: HealthQuestion,
  options: FileOption & StateOption & JsonOption,
): Promise<number> {
  const answer = await Promise.race([ask(terminal, question, options), silence()]);
  if (options.json) terminal.out(jsonText(answer));
  else terminal.err(inOneLine(answer, question));
  return answer.ok ? 0 : 1;
}

async function ask(terminal: Terminal, question: HealthQuestion, options: FileOption & StateOption): Promise<Answer> {
  const reached = await reach({ ...terminal, color: { out: false, err: false } }, options);
  // A probe that treated "unknown" as unhealthy would restart the scheduler forever.
  if (isUnreached(reached))
    return { ok: reached.isUnknown, reasons: [reached.lines.join('\n').replace(/^timers: /, '')] };
  try {
    const { ok, reasons } = (await reached.client.request('health', { question })) as Answer;
    return { ok, reasons };
  } catch (error) {
    // A scheduler that rejects this client is alive.
    if (question === 'alive' && error instanceof RefusalError && error.code === 'busy')
      return { ok: true, reasons: [] };
    if (error instanceof RefusalError || error instanceof LostError) return { ok: false, reasons: [error.message] };
    throw error;
  } finally {
    reached.client.close();
  }
}

/** Resolves to the answer for a blocked scheduler, which accepts the request but does not respond. */
const silence = (): Promise<Answer> =>
  new Promise((resolve) => {
    const reasons = [
      `the scheduler is running but has not responded for ${PATIENCE / SECOND} s: its event loop is blocked`,
    ];
    createSystemClock().after(PATIENCE, () => resolve({ ok: false, reasons }));
  });

function inOneLine({ ok, reasons }: Answer, question: HealthQuestion): string {
  const why = reasons.join('; ').replace(/\s*\n\s*/g, ' ');
  if (!ok) return `timers: not ${question}: ${why}`;
  return reasons.length === 0 ? `timers: ${question}` : `timers: unknown whether it is ${question}: ${why}`;
}
