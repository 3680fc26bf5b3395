import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createSystemClock } from '../../src/clocks/system.js';
import type * as BuiltProgram from '../../src/cli/main.js';
import { connectToScheduler } from '../../src/control/index.js';
import { userId } from '../../src/daemon/socket-places.js';
import { toRecord, type LogRecord } from '../../src/domain/record.js';
import type { StatusRecord } from '../../src/domain/status-record.js';
import { readState } from '../../src/stores/index.js';
import { until } from './web-puppet.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = join(ROOT, 'bin', 'timers.js');

const need = createRequire(import.meta.url);
const BUILT = join(ROOT, 'dist/cli/main.cjs');
/** Commands that only print, or that a scheduler carries out. */
const HERE = new Set(
  (
    'cancel completion diff explain export help history init keys list logs next pause reload reset resume schema ' +
    'simulate status stop trigger validate why'
  ).split(' '),
);

/** Default states go into the folder, not into the home of the user who runs the tests. */
const environmentIn = (folder: string) => ({ ...process.env, XDG_STATE_HOME: join(folder, '.state') });

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LogLine {
  readonly event: string;
  readonly timestamp: string;
  readonly task_name: string;
  readonly firing_id: string;
  readonly scheduled_at: string;
  readonly run_id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** A folder with a timer file, in which the built program runs as its user would run it. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'desk-'));
  readonly #running = new Set<Program>();

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts the program and returns at once. */
  start(
    args: readonly string[],
    options: {
      readonly env?: Record<string, string>;
      readonly wrap?: readonly string[];
      readonly program?: string;
    } = {},
  ): Program {
    const program = new Program(args, { cwd: this.folder, ...options });
    this.#running.add(program);
    return program;
  }

  /** Runs the program to its end; in this process, if the command starts nothing. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.runWith({}, ...args);
  }

  /** Like {@link run}, with more environment variables. */
  runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
    return HERE.has(args[0] ?? '') ? this.runHere(args, env) : this.start(args, { env }).ended;
  }

  /** Runs a command line of the built program in this process: another process takes ten times as long. */
  async runHere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const { main } = need(BUILT) as typeof BuiltProgram;
    const text = { stdout: '', stderr: '' };
    const stream = (name: keyof typeof text) =>
      new Writable({
        decodeStrings: false,
        write(chunk: string, _encoding, done) {
          text[name] += chunk;
          done();
        },
      });
    const code = await main.runCommandLine(args, {
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      env: { ...environmentIn(this.folder), ...env },
      cwd: () => this.folder,
      exit: () => undefined,
    });
    return { code, signal: null, ...text };
  }

  /** The outcomes in a state, as `timers history --json` prints them: for tests that are about something else. */
  outcomes(state = 'timers.db'): readonly LogRecord[] {
    const reading = readState(join(this.folder, state));
    if (reading.kind !== 'open') throw new Error(`no state to read: ${JSON.stringify(reading)}`);
    try {
      return reading.history.endings({ limit: 1e9 }).map(toRecord);
    } finally {
      reading.history.close();
    }
  }

  /** Ends everything still running, and removes the folder. */
  async clear(): Promise<void> {
    for (const program of this.#running) program.kill('SIGKILL');
    await Promise.all([...this.#running].map((program) => program.ended));
    // A forker may still write how commands ended; Node retries removing a folder, but not what has been added to it.
    await until(() => isRemoved(this.folder));
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false;
    throw error;
  }
}

/** The built program, running. Its log is read as it arrives. */
export class Program {
  readonly ended: Promise<Ended>;
  readonly lines: LogLine[] = [];
  readonly process: ChildProcess;
  readonly #text = { stdout: '', stderr: '' };
  readonly #listeners = new Set<() => void>();

  constructor(
    args: readonly string[],
    options: { cwd: string; env?: Record<string, string>; wrap?: readonly string[]; program?: string },
  ) {
    const { wrap = [], program = PROGRAM } = options;
    const [command = process.execPath, ...rest] = [...wrap, process.execPath, program, ...args];
    const env = { ...environmentIn(options.cwd), ...options.env };
    this.process = spawn(command, rest, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = this.#text;
    this.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const begun = text.stdout.lastIndexOf('\n') + 1;
      text.stdout += chunk;
      // A line that a kill has cut off does not count.
      const lines = text.stdout.slice(begun).split('\n').slice(0, -1);
      for (const line of lines) this.#read(line);
    });
    this.process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text.stderr += chunk;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        resolve({ code, signal, ...text });
        this.#wake();
      });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The first matching line of the log, as soon as it exists. Rejects if the program ends without it. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        throw new Error(`ended without that line; told: ${JSON.stringify(this.lines.map(({ event }) => event))}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  /** Resolves when standard error contains that text. Rejects if the program ends without it. */
  async said(words: string): Promise<void> {
    while (!this.#text.stderr.includes(words)) {
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        throw new Error(`ended without saying "${words}"; said: ${this.#text.stderr}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  /**
   * Sends a verb to this scheduler's control socket, as commands do. For steps and questions that a test is not about: a
   * command for them takes a hundred times as long.
   */
  async ask(verb: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { socket } = await this.event('scheduler.started');
    const connecting = await connectToScheduler([String(socket)], userId(), createSystemClock());
    if (connecting.kind !== 'connected') throw new Error(`nobody to ask: ${JSON.stringify(connecting)}`);
    try {
      return await connecting.client.request(verb, args);
    } finally {
      connecting.client.close();
    }
  }

  async trigger(name: string): Promise<void> {
    await this.ask('trigger', { name });
  }

  async status(): Promise<StatusRecord> {
    return (await this.ask('status')) as StatusRecord;
  }

  /** Stops it in order. */
  stop(): Promise<Ended> {
    this.kill('SIGTERM');
    return this.ended;
  }

  /** The first event of that name. */
  event(name: string, task?: string): Promise<LogLine> {
    return this.line((line) => line.event === name && (task === undefined || line.task_name === task));
  }

  #read(line: string): void {
    if (line.startsWith('{"')) this.lines.push(JSON.parse(line) as LogLine);
    this.#wake();
  }

  #wake(): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
