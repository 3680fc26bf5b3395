import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ControlServer, EventRing, RecentEvents, type VerbTarget } from '../../src/control/index.js';
import { toRecord } from '../../src/domain/record.js';
import { toStatusRecord } from '../../src/domain/status-record.js';
import { MINUTE, toTimestamp } from '../../src/domain/time.js';
import { overlap } from '../../src/policies/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs, job, Rig } from '../support/rig.js';

export const uid = process.getuid?.() ?? -1;

/** A scheduler on a fake clock with a real control socket in its own folder. */
export class Served {
  readonly folder = mkdtempSync(join(tmpdir(), 'ctl-'));
  readonly path = join(this.folder, 'timers.sock');
  readonly rig = new Rig([job('tick', everyMs(MINUTE)), job('backup', everyMs(MINUTE))]);
  /** Advanced by the test. Turns of the event loop are real. */
  readonly clock = Object.assign(new FakeClock(), {
    soon: (task: () => void) => {
      this.turns++;
      setImmediate(task);
    },
  });
  /** How many turns were requested. */
  turns = 0;
  readonly ring = new EventRing(
    () => true,
    (event) => {
      this.written++;
      return JSON.stringify({ timestamp: toTimestamp(event.at), level: 'info', msg: '', ...toRecord(event) });
    },
  );
  /** How many records were written as JSON. */
  written = 0;
  readonly asked: string[] = [];
  readonly bugs: unknown[] = [];
  readonly server: ControlServer;

  constructor(more: Partial<VerbTarget> = {}) {
    const { scheduler } = this.rig;
    scheduler.start();
    const controlled: VerbTarget = {
      controls: scheduler.controls,
      pid: 7,
      file: '/etc/timers.yaml',
      now: () => this.clock.now(),
      isStopping: () => scheduler.isStopping,
      status: () =>
        toStatusRecord(scheduler.controls.status(), {
          facts: { pid: 7, version: '1', file: '/etc/timers.yaml', timezone: 'UTC' },
          words: ({ written }) => written.text,
        }),
      health: (question) => ({ isOk: question === 'alive', reasons: question === 'alive' ? [] : ['the disk is full'] }),
      events: (asked) => ({ ...new RecentEvents(this.ring, 'one.7', () => this.clock.now()).read(asked), node: null }),
      overlap: (kind) => (kind === 'allow' ? overlap('allow') : undefined),
      add: ({ when }) => {
        this.asked.push(JSON.stringify(when));
        return { name: 'in:23456', due: 0, timezone: 'UTC', command: 'true', cwd: '/' };
      },
      move: (name, length) => {
        this.asked.push(`${name} ${length}`);
        return 1_000;
      },
      reload: () => Promise.resolve({ valid: true }),
      taken: () => ({ timezone: 'UTC', state: null, started_at: null, timers: [] }),
      compare: (file) => Promise.resolve({ valid: true, file: file ?? null }),
      stop: ({ drain }) => void this.asked.push(drain ? 'drain' : 'stop'),
      ...more,
    };
    this.server = new ControlServer(
      {
        controlled,
        ring: this.ring,
        onBug: (error) => this.bugs.push(error),
      },
      this.clock,
    );
  }

  listen() {
    return this.server.listen([this.path], uid);
  }

  async clear(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** A client that writes anything, and reads lines. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly #lines: string[] = [];
  readonly #awaited: ((line: string) => void)[] = [];

  constructor(path: string, { allowHalfOpen = false } = {}) {
    this.socket = connect({ path, allowHalfOpen }).on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
    createInterface({ input: this.socket })
      .on('error', () => undefined)
      .on('line', (line) => {
        const wake = this.#awaited.shift();
        if (wake) wake(line);
        else this.#lines.push(line);
      });
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** The next line, as JSON. */
  async next(): Promise<Record<string, unknown>> {
    const line = this.#lines.shift() ?? (await new Promise<string>((resolve) => this.#awaited.push(resolve)));
    return JSON.parse(line) as Record<string, unknown>;
  }

  async ask(request: object): Promise<Record<string, unknown>> {
    this.write(`${JSON.stringify({ v: 1, ...request })}\n`);
    return this.next();
  }
}
