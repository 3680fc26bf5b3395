import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-ports.js';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** A server on a separate port. Without options it stores nothing on disk. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async open(...options: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start(...options);
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  get pid(): number {
    return this.#child?.pid ?? Number.NaN;
  }

  async start(...options: readonly string[]): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#child = spawn('redis-server', [...own, ...options], { stdio: 'ignore' });
    while (!(await listensOn(this.port))) if (this.#child.exitCode !== null) throw new Error('redis-server ended');
  }

  /** Like `redis-cli`. */
  async command(name: string, ...args: readonly string[]): Promise<void> {
    await this.ask(name, ...args);
  }

  /** The reply to a command, as text. */
  async ask(name: string, ...args: readonly string[]): Promise<string> {
    const client = new Redis(this.url);
    try {
      return String(await client.call(name, ...args));
    } finally {
      client.disconnect();
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

const listensOn = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
