import type { TimerEvent } from '../../src/domain/events/index.js';
import type {
  Committed,
  Ending,
  JobRecord,
  Ledger,
  LedgerTrouble,
  OpenRun,
  Recollection,
} from '../../src/domain/ledger.js';
import type { Instant } from '../../src/domain/time.js';

/** The content of the disk: it outlives every scheduler. */
export class Disk {
  readonly jobs = new Map<string, JobRecord>();
  readonly open = new Map<string, OpenRun>();
  readonly endings: Ending[] = [];
  lastSeenAt: Instant | undefined;
}

/**
 * A ledger on a {@link Disk} in memory. The test decides when the disk is full, and when the writing process is dead.
 */
export class FakeLedger implements Ledger {
  readonly #disk: Disk;
  isFull = false;
  isDead = false;
  commits = 0;
  /** Makes commits take time: they are done when its result resolves. */
  acknowledge: (() => Promise<Committed>) | undefined;
  /** Present: another scheduler takes over after a stop. */
  readonly handsOver?: true;
  /** Called before and after each commit is written: where a test lets the scheduler die. */
  onCommit: (when: 'before' | 'after') => void = () => undefined;
  #kept: TimerEvent[] = [];
  readonly #keptJobs = new Map<string, JobRecord>();
  #tell: (trouble: LedgerTrouble) => void = () => undefined;
  #isTroubled = false;

  readonly #node: string | undefined;

  /** `node`: the name of a machine that shares the disk with others. */
  constructor(disk: Disk, { node }: { readonly node?: string | undefined } = {}) {
    this.#disk = disk;
    this.#node = node;
    if (node !== undefined) this.handsOver = true;
  }

  recall(): Recollection {
    const { jobs, open, lastSeenAt } = this.#disk;
    const left = { jobs: new Map(jobs), open: [...open.values()], lastSeenAt };
    if (this.#node === undefined) return left;
    return { ...left, node: this.#node, ...(lastSeenAt !== undefined && { isHandedOver: true }) };
  }

  commit(events: readonly TimerEvent[], changed: readonly JobRecord[], now: Instant): Promise<Committed> | undefined {
    this.onCommit('before');
    if (this.isDead) return undefined;
    this.#kept.push(...events);
    for (const event of events) if (event.event === 'timer.removed') this.#keptJobs.delete(event.jobName);
    for (const record of changed) this.#keptJobs.set(record.name, record);
    if (this.isFull) {
      if (!this.#isTroubled) this.#tell({ kind: 'unavailable', file: 'disk', reason: 'the disk is full' });
      this.#isTroubled = true;
      return undefined;
    }
    this.#write(now);
    this.onCommit('after');
    return this.acknowledge?.();
  }

  get isBehind(): boolean {
    return this.#isTroubled;
  }

  onTrouble(listener: (trouble: LedgerTrouble) => void): void {
    this.#tell = listener;
  }

  settle: Ledger['settle'] = () => Promise.resolve();

  close(): undefined {
    if (this.isFull && this.#isTroubled)
      this.#tell({ kind: 'unrecorded', file: 'disk', reason: 'the disk is full', lost: this.#kept.length });
    if (!this.isDead && !this.isFull) this.#write(this.#disk.lastSeenAt ?? 0);
  }

  #write(now: Instant): void {
    this.commits++;
    for (const event of this.#kept.splice(0)) this.#apply(event);
    for (const [name, record] of this.#keptJobs) this.#disk.jobs.set(name, record);
    this.#keptJobs.clear();
    this.#disk.lastSeenAt = now;
    if (this.#isTroubled) this.#tell({ kind: 'recovered', file: 'disk', lost: 0 });
    this.#isTroubled = false;
  }

  #apply(event: TimerEvent): void {
    const { jobs, open, endings } = this.#disk;
    if (event.event === 'timer.removed') jobs.delete(event.jobName);
    if (!('firing' in event) || event.runId === undefined) {
      if (event.event === 'firing.skipped' || event.event === 'firing.missed') endings.push(event);
      return;
    }
    const { runId, firing, at } = event;
    const run: OpenRun = open.get(runId) ?? {
      runId,
      firing,
      attempts: 0,
      startedAt: undefined,
      latenessMs: 0,
      retryAt: undefined,
      pid: undefined,
    };
    switch (event.event) {
      case 'run.admitted':
        open.set(runId, { ...run, firing });
        return;
      case 'attempt.begun': {
        const { attempt, decided } = event;
        const first = run.attempts === 0 ? { startedAt: at, latenessMs: event.latenessMs } : {};
        const begun = decided ? { attempts: attempt - 1, decided } : { attempts: attempt, node: undefined };
        open.set(runId, { ...run, ...first, ...begun, retryAt: undefined, pid: undefined, label: event.label });
        return;
      }
      case 'run.started':
        open.set(runId, {
          ...run,
          pid: event.pid,
          ...(event.node !== undefined && event.decided === undefined && { node: event.node }),
        });
        return;
      case 'attempt.failed':
        open.set(runId, { ...run, retryAt: at + event.retryInMs });
        return;
      case 'run.finished':
      case 'firing.skipped':
      case 'firing.missed':
        open.delete(runId);
        endings.push(event);
        return;
      default:
    }
  }
}
