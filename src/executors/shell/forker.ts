import { closeSync } from 'node:fs';
import type { Clock } from '../../domain/clock.js';
import type { AttemptIo } from '../../domain/executor.js';
import { SECOND, type Duration } from '../../domain/time.js';
import { systemReason } from '../../system/system-reason.js';
import { finishInTurns } from '../../turns/steps.js';
import { ForkerLine } from './forker-line.js';
import { ForkerPulse } from './forker-pulse.js';
import {
  encodeClose,
  encodePing,
  encodeSeen,
  encodeSignal,
  encodeStart,
  endOf,
  PROTOCOL_VERSION,
  systemError,
  type ForkerReply,
} from './forker-protocol.js';
import {
  LauncherDied,
  type Launched,
  type Launcher,
  type OutputSource,
  type ProcessEnd,
  type Start,
} from './launcher.js';
import { pipeSource } from './pipe-source.js';
import { isLiving, readChildren, readStat } from './proc.js';
import { processesOf } from './run-processes.js';
import { SpareDescriptors } from './spare-descriptors.js';
import { StartLine } from './start-line.js';

export interface ForkerOptions {
  readonly program: string;
  /** The file in which the forker records how commands ended after this process died. Absent if it records nothing. */
  readonly endsFile?: string | undefined;
  /** Whether commands continue when this process dies. */
  readonly keep: boolean;
  readonly clock: Clock;
  /**
   * Called once, when the forker is gone. `active` is the number of its commands that were running or starting.
   * `isHung` means that it was alive but did not reply, so it was killed.
   */
  readonly onGone: (active: number, isHung: boolean) => void;
}

interface Starting {
  readonly start: Start;
  readonly io: AttemptIo;
  readonly resolve: (launched: Launched) => void;
  readonly reject: (error: Error) => void;
}

interface Active {
  readonly pid: number;
  readonly end: (end: ProcessEnd) => void;
}

const PIPES: Readonly<Record<Start['output'], number>> = { inherit: 0, apart: 2, together: 1 };

/** One process of timers-forker, from its start to its end. */
export class Forker implements Launcher {
  /** Resolves when it can be used; rejects if it never can. */
  readonly ready: Promise<void>;
  readonly #options: ForkerOptions;
  readonly #line: ForkerLine;
  readonly #pulse: ForkerPulse;
  readonly #starting = new Map<number, Starting>();
  readonly #starts: StartLine;
  readonly #spare = new SpareDescriptors();
  readonly #active = new Map<number, Active>();
  /** The pids of processes that have not been released, by id. */
  readonly #unreleased = new Map<number, number>();
  #lastId = 0;
  #isHung = false;
  #greet: () => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;

  constructor(options: ForkerOptions) {
    const { program, endsFile, clock } = options;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => ([this.#greet, this.#refuse] = [resolve, reject]));
    this.#line = new ForkerLine(program, endsFile === undefined ? [] : [endsFile], {
      clock,
      listener: { reply: (reply) => this.#take(reply), gone: (error) => this.#lose(error) },
    });
    this.#starts = new StartLine(clock, () => this.#starting.size);
    this.#pulse = new ForkerPulse({
      clock,
      ping: () => this.#line.send(encodePing()),
      isStopped: () => readStat(this.pid ?? 0)?.state === 'T',
      hangs: () => this.#hang(),
    });
  }

  get pid(): number | undefined {
    return this.#line.pid;
  }

  /**
   * How many processes commands left running when they ended, not counting descendants; `undefined` if the system does
   * not list them.
   */
  leftRunning(): number | undefined {
    const own = new Set(this.#unreleased.values());
    const children = readChildren(this.pid ?? 0)?.filter((pid) => !own.has(pid) && isLiving(readStat(pid)));
    return children && Math.max(0, children.length - this.#starting.size);
  }

  get isUp(): boolean {
    return !this.#line.isGone;
  }

  turn(): Promise<void> | undefined {
    return this.isUp ? this.#starts.turn() : undefined;
  }

  /** Call this when the forker is {@link ready} and while it {@link isUp}. */
  async launch(start: Start, io: AttemptIo): Promise<Launched | undefined> {
    if (io.cancellation.cause) return undefined;
    const id = ++this.#lastId;
    const request = encodeStart(id, start, this.#options.keep);
    this.#spare.claim(PIPES[start.output]);
    return new Promise((resolve, reject) => {
      this.#starting.set(id, { start, io, resolve, reject });
      this.#line.send(request);
      // Until the forker reports its start, only the forker knows the process.
      const signal = () => this.#line.send(encodeSignal(id, io.cancellation.isForced ? 'SIGKILL' : 'SIGTERM'));
      io.cancellation.onChange(signal);
      this.#watch();
    });
  }

  /** Ends the forker and its commands, if any. */
  close(): void {
    this.#line.close();
  }

  #take(reply: ForkerReply): void {
    const { kind, id, facts } = reply;
    if (kind === 'started') this.#started(reply);
    else if (kind === 'failed') this.#failed(id, facts);
    else if (kind === 'ended') this.#ended(id, facts);
    else if (kind === 'hello') this.#greeted(facts);
    this.#pulse.heard();
    this.#watch();
  }

  #watch(): void {
    const isBusy = this.#starting.size + this.#active.size > 0;
    this.#line.busy(isBusy);
    this.#pulse.watch(isBusy);
  }

  #hang(): void {
    this.#isHung = true;
    this.#line.kill();
  }

  #greeted([version = 0]: Int32Array): void {
    if (version === PROTOCOL_VERSION) this.#greet();
    else this.#refuse(new Error(`it speaks version ${version} of the protocol, not ${PROTOCOL_VERSION}`));
  }

  #started({ id, pid, facts }: ForkerReply): void {
    const starting = this.#starting.get(id);
    if (starting === undefined) return;
    const descriptors = facts.subarray(0, PIPES[starting.start.output]);
    const sources = this.#open(descriptors, starting.io);
    this.#taken(id);
    // A command whose output nobody reads would wait forever.
    if (descriptors.length > sources.length) this.#line.sendLater(encodeClose(id));
    const ended = new Promise<ProcessEnd>((end) => this.#active.set(id, { pid, end }));
    this.#unreleased.set(id, pid);
    starting.resolve({ pid, sources, ended, release: () => this.#release(id) });
  }

  #release(id: number): void {
    this.#unreleased.delete(id);
    this.#line.sendLater(encodeSeen(id));
  }

  /** Opens the output of a command. Returns nothing if that fails, because the forker has died or has no `/proc`. */
  #open(descriptors: Int32Array, io: Pick<AttemptIo, 'trouble'>): readonly OutputSource[] {
    const opened: number[] = [];
    try {
      for (const descriptor of descriptors) opened.push(this.#spare.open(`/proc/${this.pid ?? 0}/fd/${descriptor}`));
    } catch (error) {
      opened.forEach(closeSync);
      io.trouble(`its output cannot be read from timers-forker: ${systemReason(error)}`);
      return [];
    }
    return opened.map((fd, index) => pipeSource(index === 0 ? 'stdout' : 'stderr', fd));
  }

  #failed(id: number, [errno = 0]: Int32Array): void {
    const starting = this.#taken(id);
    starting?.reject(systemError(errno, starting.start.program));
  }

  #ended(id: number, facts: Int32Array): void {
    this.#active.get(id)?.end(endOf(facts));
    this.#active.delete(id);
  }

  #taken(id: number): Starting | undefined {
    const starting = this.#starting.get(id);
    if (starting === undefined) return undefined;
    this.#starting.delete(id);
    this.#spare.unclaim(PIPES[starting.start.output]);
    this.#starts.next();
    return starting;
  }

  /**
   * Handles the death of the forker. It is unknown whether starting commands run and how active ones end, so all are
   * watched until they end.
   */
  #lose(error?: NodeJS.ErrnoException): void {
    this.#refuse(new Error(error ? `it could not be started: ${error.code ?? error.message}` : 'it ended immediately'));
    this.#pulse.watch(false);
    this.#options.onGone(this.#starting.size + this.#active.size, this.#isHung);
    for (const id of [...this.#starting.keys()]) void this.#find(this.#taken(id));
    for (const { pid, end } of this.#active.values()) void goneOf(pid, this.#options.clock).then(() => end(UNKNOWN));
    this.#active.clear();
    this.#starts.release();
  }

  /**
   * Finds a command that the forker was starting by its run id, because it may be running. It is watched like the
   * others.
   */
  async #find(starting: Starting | undefined): Promise<void> {
    if (starting === undefined) return;
    const { clock } = this.#options;
    // A forked process that has not become the command yet looks like the forker.
    await new Promise<void>((resolve) => clock.after(BEFORE_SEARCH, resolve));
    const leader = await leaderOf(starting.start.env.own['TIMERS_RUN_ID'], clock);
    if (leader === undefined) {
      starting.reject(new LauncherDied());
      return;
    }
    // A signal sent in the meantime went to the forker, if anywhere.
    if (starting.io.cancellation.cause) killGroup(leader, starting.io.cancellation.isForced ? 'SIGKILL' : 'SIGTERM');
    starting.io.trouble('its output is lost, because timers-forker died while the command was starting');
    const ended = goneOf(leader, clock).then(() => UNKNOWN);
    starting.resolve({ pid: leader, sources: [], ended, release: () => undefined });
  }
}

const BEFORE_SEARCH: Duration = 100;

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The process has ended.
  }
}

/** Returns the process that leads the group of a run. */
async function leaderOf(runId: string | undefined, clock: Clock): Promise<number | undefined> {
  if (runId === undefined) return undefined;
  const found = await finishInTurns(processesOf(new Set([runId])), clock);
  return found.find(({ pid, groupId }) => pid === groupId)?.pid;
}

const UNKNOWN: ProcessEnd = {
  exit: { kind: 'lost', error: 'its launcher died while it was running: how it ended is unknown' },
};

const FIRST_POLL: Duration = 20;

/** Resolves when that process is gone. A process that reuses its pid has a different start time. */
async function goneOf(pid: number, clock: Clock): Promise<void> {
  const startTime = readStat(pid)?.startTime;
  for (let pause = FIRST_POLL; ; pause = Math.min(pause * 2, SECOND)) {
    const stat = readStat(pid);
    if (!isLiving(stat) || stat.startTime !== startTime) return;
    await new Promise<void>((resolve) => clock.after(pause, resolve));
  }
}
