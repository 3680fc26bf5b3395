import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('puppet-command.cjs', import.meta.url));

interface Hello {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * A command whose every step the test controls, so that no test sleeps.
 *
 *     const puppet = await Puppet.open();
 *     const outcome = executor.execute({ ...command, run: puppet.command }, io);   // or puppet.shellCommand in a timer file
 *     const process = await puppet.next();                                         // it runs, and waits for orders
 *     await process.print('hello\n');                                              // resolves when it has written
 *     process.exit(3);
 *     await outcome;
 *     await puppet.close();                                                        // ends whatever is left
 */
export class Puppet {
  /** The command as a list of arguments. Arguments may be appended; {@link PuppetProcess.args} has them. */
  readonly command: readonly string[];
  readonly #server: Server;
  readonly #folder: string;
  readonly #arrived: PuppetProcess[] = [];
  readonly #awaited: ((process: PuppetProcess) => void)[] = [];
  readonly #alive = new Set<PuppetProcess>();

  private constructor(server: Server, folder: string, socketPath: string) {
    this.#server = server;
    this.#folder = folder;
    this.command = [process.execPath, COMMAND, socketPath];
    server.on('connection', (socket) => this.#welcome(socket));
  }

  /** Starts waiting for processes. */
  static async open(): Promise<Puppet> {
    const folder = await mkdtemp(join(tmpdir(), 'puppet-'));
    const path = join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return new Puppet(server, folder, path);
  }

  /** The command as a line for the shell, which it replaces. */
  get shellCommand(): string {
    return `exec ${this.command.map((word) => `'${word}'`).join(' ')}`;
  }

  /** The next process that connects; one that already has is returned immediately, in order. */
  next(): Promise<PuppetProcess> {
    const arrived = this.#arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((resolve) => this.#awaited.push(resolve));
  }

  /** Ends every remaining process, and stops waiting. */
  async close(): Promise<void> {
    await Promise.all([...this.#alive].map((left) => left.kill()));
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }

  #welcome(socket: Socket): void {
    socket.on('error', () => undefined);
    // readline passes on the errors of its socket: a killed puppet resets it.
    const lines = createInterface({ input: socket }).on('error', () => undefined);
    lines.once('line', (line) => {
      const { hello } = JSON.parse(line) as { hello: Hello };
      const arrival = new PuppetProcess(hello, socket, this);
      this.#alive.add(arrival);
      void arrival.gone.then(() => this.#alive.delete(arrival));
      lines.on('line', (answer) => arrival.hear(JSON.parse(answer) as Answer));
      const wake = this.#awaited.shift();
      if (wake) wake(arrival);
      else this.#arrived.push(arrival);
    });
  }
}

interface Answer {
  readonly done?: string;
  readonly signal?: string;
}

/** One process of a {@link Puppet}. It waits for orders; each method resolves when the order is done. */
export class PuppetProcess implements Hello {
  readonly pid: number;
  readonly parent: number;
  /** What followed the command. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Resolves when the process is gone, for whatever reason. */
  readonly gone: Promise<void>;
  readonly #socket: Socket;
  readonly #puppet: Puppet;
  readonly #pending: (() => void)[] = [];
  readonly #signals: string[] = [];
  #onSignal: (() => void) | undefined;

  constructor(hello: Hello, socket: Socket, puppet: Puppet) {
    ({ pid: this.pid, parent: this.parent, args: this.args, env: this.env, cwd: this.cwd } = hello);
    this.#socket = socket;
    this.#puppet = puppet;
    this.gone = new Promise((resolve) =>
      socket.on('close', () => {
        for (const done of this.#pending.splice(0)) done();
        resolve();
      }),
    );
  }

  /** Writes to standard output as is: no newline is added. */
  print(text: string | Uint8Array): Promise<void> {
    return this.#order('print', {
      fd: 1,
      ...(typeof text === 'string' ? { text } : { base64: Buffer.from(text).toString('base64') }),
    });
  }

  /** Writes to standard error. */
  printError(text: string): Promise<void> {
    return this.#order('print', { fd: 2, text });
  }

  /** Exits with that code. Resolves when the process is gone. */
  async exit(code = 0): Promise<void> {
    void this.#order('exit', { code });
    await this.gone;
  }

  /** From now on SIGTERM only resolves {@link signaled}. */
  ignoreTerm(): Promise<void> {
    return this.#order('trap', { signal: 'SIGTERM' });
  }

  /** Ends it from outside. Resolves when it is gone. */
  async kill(): Promise<void> {
    try {
      process.kill(this.pid, 'SIGKILL');
    } catch {
      // The process is already gone.
    }
    await this.gone;
  }

  /** Sends itself a signal. Resolves immediately: it may not survive to reply. */
  raise(signal: NodeJS.Signals): void {
    void this.#order('raise', { signal });
  }

  /** Closes its standard output and error. */
  closeOutput(): Promise<void> {
    return this.#order('close', {});
  }

  /**
   * Starts a child that holds the same pipes and also waits for orders; `leaveGroup` gives it its own process group.
   */
  async spawnGrandchild({ leaveGroup = false } = {}): Promise<PuppetProcess> {
    await this.#order('spawn', { stdio: 'inherit', detached: leaveGroup });
    return this.#puppet.next();
  }

  /** Resolves with the next trapped signal, or with `undefined` if the process ends before it reports one. */
  async signaled(): Promise<string | undefined> {
    if (this.#signals.length === 0) {
      await Promise.race([this.gone, new Promise<void>((resolve) => (this.#onSignal = resolve))]);
    }
    return this.#signals.shift();
  }

  /** Called only by {@link Puppet}. */
  hear(answer: Answer): void {
    if (answer.signal === undefined) {
      this.#pending.shift()?.();
    } else {
      this.#signals.push(answer.signal);
      this.#onSignal?.();
    }
  }

  #order(order: string, details: object): Promise<void> {
    return new Promise((resolve) => {
      this.#pending.push(resolve);
      this.#socket.write(`${JSON.stringify({ order, ...details })}\n`);
    });
  }
}
