import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';

const NAMES = ['', 'hello', 'started', 'failed', 'ended'];

export interface ForkerReply {
  readonly kind: string;
  readonly id: number;
  readonly pid: number;
  readonly more: readonly number[];
}

export interface StartRequest {
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly keep?: boolean;
  readonly grace?: number;
  /** Where both streams go, numbered as in forker.c: 0 nothing, 1 its own, 2 a pipe, 3 that of stdout. */
  readonly outputs?: readonly [number, number];
  /** In tenths of a second of `/proc/uptime`; 0: without end. */
  readonly until?: number;
}

/** Talks to a forker word by word, which the client in src does not. */
export class ForkerLine {
  readonly process: ChildProcess;
  readonly replies: ForkerReply[] = [];
  readonly #line: Socket;
  readonly #news = new EventEmitter().setMaxListeners(0);
  #rest = Buffer.alloc(0);

  constructor(program: string, args: readonly string[] = []) {
    this.process = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    this.#line = this.process.stdio[3] as Socket;
    this.#line.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#line.on('error', () => undefined);
  }

  /** The first reply of that kind to that command, now or later. */
  async reply(kind: string, id = 0): Promise<ForkerReply> {
    for (;;) {
      const found = this.replies.find((reply) => reply.kind === kind && reply.id === id);
      if (found) return found;
      await new Promise((resolve) => this.#news.once('reply', resolve));
    }
  }

  start(id: number, { words, env = {}, cwd = '/', user, ...more }: StartRequest): void {
    const variables = Object.entries({ PATH: '/usr/bin:/bin', ...env }).map(([name, value]) => `${name}=${value}`);
    const { keep = false, grace = 10_000, outputs = [0, 0], until = 0 } = more;
    const texts = Buffer.from([cwd, ...words, ...variables].map((text) => `${text}\0`).join(''));
    const groups = user?.groups ?? [];
    const flags = (user ? 1 : 0) + (keep ? 2 : 0);
    const head = [flags, user?.uid ?? 0, user?.gid ?? 0, groups.length, words.length, variables.length, grace];
    this.send(1, id, [...head, ...outputs, until, ...groups], texts);
  }

  send(kind: number, id: number, numbers: readonly number[] = [], texts: Buffer = Buffer.alloc(0)): void {
    const padding = Buffer.alloc(-texts.length & 3);
    const length = 12 + numbers.length * 4 + texts.length + padding.length;
    const head = Buffer.from(Uint32Array.from([length, kind, id, ...numbers]).buffer);
    this.write(Buffer.concat([head, texts, padding]));
  }

  write(bytes: Buffer): void {
    this.#line.write(bytes);
  }

  /** Closes the socket, as when `timers` dies. Resolves with the exit code or signal of the forker. */
  async close(): Promise<unknown> {
    const { process } = this;
    const exited = process.exitCode === null && process.signalCode === null ? once(process, 'exit') : undefined;
    this.#line.destroy();
    await exited;
    return process.signalCode ?? process.exitCode;
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (; this.#rest.length >= 32; this.#rest = this.#rest.subarray(32)) {
      const [kind = 0, id = 0, pid = 0, ...more] = Array.from({ length: 8 }, (_, index) =>
        this.#rest.readInt32LE(index * 4),
      );
      this.replies.push({ kind: NAMES[kind] ?? String(kind), id, pid, more });
    }
    this.#news.emit('reply');
  }
}
