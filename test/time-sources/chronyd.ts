import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why chronyd cannot be tested here; `undefined` if it can. */
export function whyNoChronyd(): string | undefined {
  const missing = ['chronyd', 'chronyc', 'openssl'].filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { env: environment });
    return true;
  } catch {
    return false;
  }
}

/** Debian installs chronyd where only root looks. */
const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };

/** An unused UDP port. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

/** A real chronyd on loopback that never touches this machine's clock (`-x`): it only keeps its own time. */
export class Chronyd {
  readonly folder = mkdtempSync(join(tmpdir(), 'chronyd-'));
  #process: ChildProcess | undefined;

  /** Resolves when it accepts commands. */
  async start(...lines: readonly string[]): Promise<void> {
    const socket = join(this.folder, 'socket');
    const conf = join(this.folder, 'conf');
    const own = ['bindaddress 127.0.0.1', 'cmdport 0', `bindcmdaddress ${socket}`, `pidfile ${this.folder}/pid`];
    writeFileSync(conf, [...own, ...lines, ''].join('\n'));
    const ready = this.#appeared('socket');
    const args = ['-4', '-U', '-x', '-d', '-u', userInfo().username, '-f', conf];
    this.#process = spawn('chronyd', args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    this.#process.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ended = new Promise<never>((_, reject) =>
      this.#process?.on('close', (code) => reject(new Error(`chronyd ended with ${code}: ${log}`))),
    );
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
  }

  /** The arguments that make chronyc talk to this one. */
  get chronyc(): readonly string[] {
    return ['chronyc', '-h', join(this.folder, 'socket')];
  }

  async command(...args: readonly string[]): Promise<string> {
    const [program = '', ...to] = this.chronyc;
    return (await run(program, [...to, ...args], { env: environment })).stdout;
  }

  async close(): Promise<void> {
    const running = this.#process;
    if (running !== undefined && running.exitCode === null) {
      const gone = new Promise((resolve) => running.once('close', resolve));
      running.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true });
  }

  #appeared(name: string): Promise<void> {
    return new Promise((resolve) => {
      const watcher = watch(this.folder, (_, file) => {
        if (file !== name) return;
        watcher.close();
        resolve();
      });
    });
  }
}

/** Creates a self-signed certificate for `localhost`. Returns the files of the key and the certificate. */
export function certificateIn(folder: string): { readonly key: string; readonly certificate: string } {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { key, certificate };
}
