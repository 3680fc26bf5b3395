import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { LaneRecord, LiveTimer, OutcomeRecord, RunDetails } from '../../src/domain/api-record.js';
import type { SharedRecord } from '../../src/domain/status-record.js';
import { ROOT } from '../support/program.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** What the page receives. */
export interface Scene {
  readonly timers: readonly LiveTimer[];
  readonly outcomes?: readonly OutcomeRecord[];
  readonly run?: RunDetails;
  readonly lanes?: readonly LaneRecord[];
  readonly shared?: SharedRecord;
}

/** The built page with a simulated scheduler: any state, whether or not it can occur by itself. */
export class Stage {
  readonly acted: { readonly verb: string; readonly args: unknown }[] = [];
  readonly #scene: Scene;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #isAway = false;

  private constructor(scene: Scene) {
    this.#scene = scene;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(scene: Scene): Promise<Stage> {
    const stage = new Stage(scene);
    await new Promise<void>((resolve) => stage.#server.listen(0, '127.0.0.1', resolve));
    return stage;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Closes every connection, and accepts no other. */
  leave(): void {
    this.#isAway = true;
    for (const stream of this.#streams) stream.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(request.url ?? '/', this.address);
    if (this.#isAway) response.destroy();
    else if (!path.startsWith('/api/')) {
      const file = path === '/' ? '/index.html' : path;
      response.setHeader('Content-Type', TYPES[extname(file)] ?? 'text/plain');
      response.end(readFileSync(join(ROOT, 'dist', 'page', file)));
    } else if (path === '/api/events') {
      this.#streams.add(response);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: status\ndata: ${JSON.stringify(this.#status())}\n\n`);
    } else if (request.method === 'POST') {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      if (request.headers.authorization === undefined) {
        response.writeHead(401).end('{}');
        return;
      }
      this.acted.push({ verb: path.slice('/api/'.length), args: JSON.parse(text) });
      response.end('{}');
    } else response.end(JSON.stringify(this.#known(path)));
  }

  #known(path: string): unknown {
    if (path === '/api/run') return this.#scene.run;
    return { outcomes: this.#scene.outcomes ?? [], lanes: this.#scene.lanes ?? [] };
  }

  #status() {
    const now = new Date().toISOString();
    const facts = {
      pid: 7,
      version: '1',
      file: '/etc/timers.yaml',
      timezone: 'Europe/Berlin',
      started_at: now,
      is_stopping: false,
    };
    const { timers, shared } = this.#scene;
    return { ...facts, ...(shared && { shared }), now, armed: timers.length, can_act: true, left_out: 0, timers };
  }
}
