import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CLOSED } from '../../src/domain/breaker.js';
import type { OutcomeLog } from '../../src/domain/outcome-log.js';
import type { RunFinished, TimerEvent } from '../../src/domain/events/index.js';
import type { Firing } from '../../src/domain/firing.js';
import type { History, JobMemory, JobRecord, Ledger, LedgerTrouble } from '../../src/domain/ledger.js';
import { DAY, type Instant } from '../../src/domain/time.js';
import { openState, readState, type Retention, type StateOpening } from '../../src/stores/index.js';
import { FakeClock } from '../support/fake-clock.js';

export const NOW = Date.parse('2026-01-01T00:00:00Z');
const KEEP_ALL: Retention = { keep: 1_000 * DAY, runs: 1_000_000 };

/** Runs something at the end of the test, latest first. */
export const afterTest = (step: () => void): void => onTestFinished(step);

/** A folder that is removed with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'timers-state-'));
  afterTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A state controlled by the test. */
export class State {
  readonly path: string;
  readonly clock = new FakeClock(NOW);
  readonly troubles: LedgerTrouble[] = [];
  /** How often it was notified that another scheduler has the state. */
  taken = 0;
  readonly #retention: Retention;
  #ledger: Ledger | undefined;
  /** Its outcomes as a log, while it is open. */
  outcomes: () => OutcomeLog | undefined = () => this.start().outcomes();

  constructor(path = join(newFolder(), 'timers.db'), retention: Retention = KEEP_ALL) {
    this.path = path;
    this.#retention = retention;
    afterTest(() => this.stop());
  }

  /** Opens it, whatever the result. */
  tryStart(pid = 4711): StateOpening {
    const opening = openState({
      path: this.path,
      clock: this.clock,
      pid,
      retention: this.#retention,
      // What uses its files is in this process, so waiting is in vain.
      patience: 10,
      onTaken: () => this.taken++,
    });
    if (opening.kind === 'open') {
      this.#ledger = opening.ledger;
      this.outcomes = opening.outcomes;
      opening.ledger.onTrouble((trouble) => void this.troubles.push(trouble));
    }
    return opening;
  }

  start(): Extract<StateOpening, { kind: 'open' }> {
    const opening = this.tryStart();
    if (opening.kind !== 'open') throw new Error(`${this.path} could not be opened: ${JSON.stringify(opening)}`);
    return opening;
  }

  /** Starts it, and returns why it cannot be opened. */
  whyUnavailable(): string | undefined {
    this.start();
    const [trouble, ...more] = this.troubles;
    return trouble?.kind === 'unavailable' && more.length === 0 ? trouble.reason : undefined;
  }

  get ledger(): Ledger {
    return this.#ledger ?? this.start().ledger;
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[] = []): void {
    void this.ledger.commit(events, changed, this.clock.now());
  }

  stop(): void {
    void this.#ledger?.close();
    this.#ledger = undefined;
  }

  /** Reads it as another program would. */
  read<Answer>(question: (history: History) => Answer): Answer {
    const reading = readState(this.path);
    if (reading.kind !== 'open') throw new Error(`${this.path} could not be read: ${JSON.stringify(reading)}`);
    const answer = question(reading.history);
    reading.history.close();
    return answer;
  }

  /** The latest outcomes by run id or instant, oldest first. */
  ended(): string[] {
    return this.read((history) => history.endings({ limit: 1_000_000 })).map(
      (ending) => ending.runId ?? `${ending.at}`,
    );
  }
}

export const firingOf = (jobName: string, scheduledFor: Instant = NOW): Firing => ({
  jobName,
  scheduledFor,
  trigger: 'schedule',
  generation: 0,
});

const memory: JobMemory = {
  cursor: NOW,
  generation: 0,
  runsBegun: 1,
  failuresInARow: 0,
  paused: undefined,
  breaker: CLOSED,
  previousScheduledFor: undefined,
  lastSuccessAt: undefined,
  lastStatus: undefined,
  lastFinishedAt: undefined,
};

export const recordOf = (name: string, more: Partial<JobMemory> = {}): JobRecord => ({
  name,
  fingerprint: 'every 10s',
  memory: { ...memory, ...more },
});

export const admitted = (runId: string, firing = firingOf('backup')): TimerEvent => ({
  event: 'run.admitted',
  at: NOW,
  firing,
  runId,
});

export const begun = (runId: string, attempt = 1, at = NOW, firing = firingOf('backup')): TimerEvent => ({
  event: 'attempt.begun',
  at,
  firing,
  runId,
  attempt,
  latenessMs: at - firing.scheduledFor,
});

export const finished = (runId: string, more: Partial<RunFinished> = {}): RunFinished => ({
  event: 'run.finished',
  at: NOW + 1_500,
  firing: firingOf('backup'),
  runId,
  outcome: { status: 'success', exitCode: 0 },
  durationMs: 1_500,
  attempts: 1,
  latenessMs: 0,
  failuresInARow: 0,
  ...more,
});
