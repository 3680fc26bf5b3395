import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-ports.js';

const VERSIONS = '/usr/lib/postgresql';
/** An account under which root can start the server, which refuses to run as root. */
const NOBODY = 65534;

/** The folder of the newest server's programs; `undefined` without any. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
  return versions.map((version) => join(VERSIONS, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

/** A server on a separate port, whose one user `timers` needs the password {@link PASSWORD}. */
export class PostgresServer {
  readonly port: number;
  readonly #programs: string;
  readonly #folder: string;

  private constructor(programs: string, port: number) {
    this.#programs = programs;
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    const password = join(this.#folder, 'password');
    writeFileSync(password, PASSWORD);
    if (isRoot()) for (const path of [this.#folder, password]) chownSync(path, NOBODY, NOBODY);
    chmodSync(this.#folder, 0o700);
    const login = ['--username=timers', '--auth=scram-sha-256', `--pwfile=${password}`];
    this.#run('initdb', [...login, '--no-sync', '--no-locale', '--encoding=UTF8']);
    this.start();
  }

  static async open(programs: string): Promise<PostgresServer> {
    return new PostgresServer(programs, await freePort());
  }

  get url(): string {
    return `postgres://timers:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  start(): void {
    const options = `-p ${this.port} -k ${this.#folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
    this.#run('pg_ctl', ['start', '--wait', `--log=${join(this.#folder, 'log')}`, `--options=${options}`]);
  }

  /** Stops the server as a crash would. */
  kill(): void {
    this.#run('pg_ctl', ['stop', '--mode=immediate', '--wait']);
  }

  /** Runs queries as the server's administrator. */
  async query(...texts: readonly string[]): Promise<void> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      for (const text of texts) await client.query(text);
    } finally {
      await client.end();
    }
  }

  close(): void {
    this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #run(program: string, options: readonly string[]): void {
    execFileSync(join(this.#programs, program), ['-D', join(this.#folder, 'data'), ...options], {
      cwd: this.#folder,
      stdio: 'ignore',
      ...(isRoot() && { uid: NOBODY, gid: NOBODY }),
    });
  }
}

export const PASSWORD = 'hunter2-of-the-test';

const isRoot = (): boolean => process.geteuid?.() === 0;
