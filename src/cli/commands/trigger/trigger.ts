import { LostError, outputLineOf, type EventRecord } from '../../../control/index.js';
import type { RunRecord } from '../../../domain/status-record.js';
import { jsonText } from '../../../text/visible.js';
import type { RunStatus } from '../../../domain/outcome.js';
import { plainText } from '../../../text/plain-text.js';
import { exitCodeOf } from '../../exit-code.js';
import type { Reached } from '../../reach-scheduler.js';
import type { Terminal } from '../../terminal.js';
import { incompleteOutput, leftOut } from '../../render/left-out.js';

/** The timer to fire, and how. */
interface Asked {
  readonly name: string;
  readonly overlap?: string;
}

interface Fired {
  readonly firing_id: string;
  readonly scheduled_at: string;
  /** The state of its run. Schedulers of earlier versions omit it. */
  readonly state?: RunRecord['state'];
}

interface Printing {
  readonly terminal: Terminal;
  readonly asJson: boolean;
}

/** Fires a timer without waiting for the result. */
export async function triggerAndGo({ change }: Reached, asked: Asked, { terminal, asJson }: Printing): Promise<number> {
  const { firing_id, scheduled_at, state } = (await change('trigger', { ...asked })) as Fired;
  if (asJson) terminal.out(jsonText({ task_name: asked.name, firing_id, scheduled_at }));
  else
    terminal.err(`timers: ${firedAs(`${asked.name} as ${firing_id}`, state)}. Follow it: timers logs ${asked.name} -f`);
  return 0;
}

/** Says whether a firing started or waits. */
function firedAs(what: string, state: Fired['state']): string {
  if (state === 'parked') return `queued ${what}, after its active run`;
  return state === 'waiting' ? `queued ${what}, until a slot or a worker is free` : `fired ${what}`;
}

/** Fires a timer and follows it to its end. Returns the exit status of its command, or 1 if it did not run. */
export async function triggerAndWait({ client, change }: Reached, asked: Asked, printing: Printing): Promise<number> {
  const { terminal } = printing;
  // Following starts before the timer fires, so that nothing is missed. Events are kept until the run's id is known.
  let early: EventRecord[] | undefined = [];
  let firingId: string | undefined;
  let gaps = 0;
  const ended = new Promise<EventRecord>((resolve, reject) => {
    const event = (record: EventRecord) => {
      if (early !== undefined) {
        early.push(record);
        return;
      }
      if (record['firing_id'] !== firingId) return;
      tell(record, printing);
      if (ENDINGS.has(record.event)) resolve(record);
    };
    const dropped = (count: number) => {
      gaps++;
      terminal.err(leftOut(count));
    };
    client
      .follow({ task_name: asked.name, follow: true, last: 0 }, { event, dropped })
      .then(() => reject(new LostError('the scheduler has stopped')), reject);
    void change('trigger', { ...asked }).then((fired) => {
      firingId = (fired as Fired).firing_id;
      const kept = early ?? [];
      early = undefined;
      for (const record of kept) event(record);
    }, reject);
  });
  const end = await ended;
  if (gaps > 0) terminal.err(incompleteOutput(asked.name));
  return exitCodeBehind(end);
}

const ENDINGS: ReadonlySet<string> = new Set(['run.finished', 'firing.skipped', 'firing.missed']);

/** Prints a record. Lines of the command are data. Other events are printed only if the run did not succeed. */
function tell(record: EventRecord, { terminal, asJson }: Printing): void {
  if (asJson) {
    terminal.out(jsonText(record));
    return;
  }
  if (record.event !== 'run.output') {
    if (record['success'] !== true) terminal.err(`timers: ${record.msg}`);
    return;
  }
  const line = plainText(outputLineOf(record));
  if (record['stream'] === 'stdout') terminal.out(line);
  else terminal.err(line);
}

function exitCodeBehind(record: EventRecord): number {
  if (record.event !== 'run.finished') return 1;
  const { status, exit_code: exitCode, signal } = record as unknown as Finished;
  return exitCodeOf({ status, ...(exitCode !== null && { exitCode }), ...(signal !== null && { signal }) });
}

interface Finished {
  readonly status: RunStatus;
  readonly exit_code: number | null;
  readonly signal: string | null;
}
