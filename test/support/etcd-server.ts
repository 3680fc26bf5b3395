import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from './eventually.js';
import { freePorts } from './free-ports.js';

/** The path of etcd; `undefined` if it is not installed. */
export function etcdProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'etcd')).find((path) => existsSync(path));
}

/** A member of a cluster, on its own ports and in its own folder. It is the only one unless {@link EtcdServer.cluster} opens it. */
export class EtcdServer {
  readonly port: number;
  readonly #program: string;
  readonly #peers: string;
  readonly #options: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'etcd-'));
  #process: ChildProcess | undefined;

  private constructor(program: string, [port, peers]: readonly number[], options: Readonly<Record<string, string>>) {
    this.#program = program;
    this.#options = options;
    this.port = port ?? 0;
    this.#peers = `http://127.0.0.1:${peers}`;
  }

  /** `options`: of the command line, without "--". A server with TLS is not awaited. */
  static async open(program: string, options: Readonly<Record<string, string>> = {}): Promise<EtcdServer> {
    const server = new EtcdServer(program, await freePorts(2), options);
    await server.start();
    return server;
  }

  /** The members of one cluster. */
  static async cluster(program: string, size: number): Promise<readonly EtcdServer[]> {
    const ports = await freePorts(2 * size);
    const names = Array.from({ length: size }, (_, index) => `m${index}`);
    const cluster = names.map((name, index) => `${name}=http://127.0.0.1:${ports[2 * index + 1]}`).join(',');
    const members = names.map(
      (name, index) =>
        new EtcdServer(program, ports.slice(2 * index, 2 * index + 2), { name, 'initial-cluster': cluster }),
    );
    // None is healthy before most of them have started.
    await Promise.all(members.map((member) => member.start()));
    return members;
  }

  get url(): string {
    return `etcd://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const isSecure = 'cert-file' in this.#options;
    const clients = `${isSecure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
    const options = {
      'data-dir': join(this.#folder, 'data'),
      'listen-client-urls': clients,
      'advertise-client-urls': clients,
      'listen-peer-urls': this.#peers,
      'initial-advertise-peer-urls': this.#peers,
      'initial-cluster': `default=${this.#peers}`,
      'log-level': 'error',
      ...this.#options,
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    this.#process = spawn(this.#program, args, { cwd: this.#folder, stdio: 'ignore' });
    if (!isSecure) await eventually('etcd', async () => ((await fetch(`${clients}/health`)).ok ? true : undefined));
  }

  /** Sends a request as an administrator. */
  async ask(path: string, body: object, token?: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...(token !== undefined && { headers: { Authorization: token } }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Stops the server as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  stand(isStill: boolean): void {
    this.#process?.kill(isStill ? 'SIGSTOP' : 'SIGCONT');
  }

  async wipe(): Promise<void> {
    await this.ask('/v3/kv/deleterange', { key: 'AA==', range_end: 'AA==' });
  }

  /** Ends the leases that would lapse within `duration` ms. */
  async lapse(duration: number): Promise<void> {
    const { leases = [] } = (await this.ask('/v3/lease/leases', {})) as { leases?: { ID: string }[] };
    for (const { ID } of leases) {
      const { TTL = '0' } = (await this.ask('/v3/lease/timetolive', { ID })) as { TTL?: string };
      if (Number(TTL) * 1_000 <= duration) await this.ask('/v3/lease/revoke', { ID }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}
