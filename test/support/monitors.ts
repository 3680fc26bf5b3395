import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer, type Server } from 'node:http';
import { join } from 'node:path';
import { once } from 'node:events';
import { eventually } from './eventually.js';

/** What Debian's packages `prometheus`, `prometheus-alertmanager`, `systemd` and `python3` provide. */
type Binary =
  'prometheus' | 'prometheus-alertmanager' | 'promtool' | 'amtool' | 'systemd-notify' | 'systemd-analyze' | 'python3';

/** Those of them that are not installed. */
export const missing = (...binaries: readonly Binary[]): readonly string[] =>
  binaries.filter((binary) => {
    try {
      execFileSync(binary, ['--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });

/** For the name of a test that is skipped. */
export const why = (lacks: readonly string[]): string =>
  lacks.length === 0 ? '' : ` (skipped: not installed: ${lacks.join(', ')})`;

/** An external server, on this machine and in a folder of the test. */
export class Monitor {
  readonly url: string;
  readonly #process: ChildProcess;
  #said = '';

  private constructor(binary: Binary, args: readonly string[], port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#process = spawn(binary, [...args, `--web.listen-address=127.0.0.1:${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
  }

  static prometheus(folder: string, config: string, port: number): Monitor {
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`, '--log.level=warn'];
    return new Monitor('prometheus', args, port);
  }

  static alertmanager(folder: string, config: string, port: number): Monitor {
    const args = [`--config.file=${config}`, `--storage.path=${join(folder, 'alerts')}`, '--cluster.listen-address='];
    return new Monitor('prometheus-alertmanager', args, port);
  }

  async ready(): Promise<void> {
    await eventually(`${this.url} to be ready`, async () => {
      if (this.#process.exitCode !== null) throw new Error(`it has ended: ${this.#said}`);
      return (await fetch(`${this.url}/-/ready`)).ok || undefined;
    });
  }

  /** What its API returns at a path. @throws Error with its message. */
  async ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(error);
    return data;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

/** One alert as Alertmanager passes it on. */
export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A receiver that Alertmanager notifies. */
export class Pager {
  readonly alerts: Alert[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createHttpServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        this.alerts.push(...(JSON.parse(text) as { alerts: Alert[] }).alerts);
        response.end();
      });
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** The first matching alert of that name. */
  paged(status: Alert['status'], alertname: string, task?: string): Promise<Alert> {
    return eventually(`${alertname} ${status}`, () =>
      this.alerts.find(
        ({ labels, ...alert }) =>
          alert.status === status && labels['alertname'] === alertname && labels['task'] === task,
      ),
    );
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
