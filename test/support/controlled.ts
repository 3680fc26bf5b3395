import type { StatusRecord } from '../../src/domain/status-record.js';
import { Desk, type Program } from './program.js';
import { Puppet } from './puppet.js';

/** A folder for a scheduler that is controlled by commands, and a puppet as the command of its timers. */
export class Controlled {
  readonly desk = new Desk();
  readonly puppet: Puppet;
  #scheduler: Program | undefined;

  private constructor(puppet: Puppet) {
    this.puppet = puppet;
  }

  static async open(): Promise<Controlled> {
    return new Controlled(await Puppet.open());
  }

  async close(): Promise<void> {
    await this.puppet.close();
    await this.desk.clear();
  }

  timers(text: string): string {
    return this.desk.write('timers.yaml', `timers:\n${text}`);
  }

  /** The puppet, as a value in YAML. */
  get command(): string {
    return JSON.stringify(this.puppet.command);
  }

  /** A scheduler with a timer that runs the puppet manually, one that counts, and one whose breaker opens immediately. */
  async start(...args: string[]): Promise<Program> {
    this.timers(`  job: { cron: "0 0 1 1 *", run: ${this.command} }
  later: { in: 1h, run: echo later }
  shaky: { every: 1d, run: exit 3, breaker: 1 }
`);
    const program = this.desk.start(['start', ...args]);
    await program.event('scheduler.started');
    this.#scheduler = program;
    return program;
  }

  /** What `timers status --json` prints. */
  async status(...args: string[]): Promise<StatusRecord> {
    return JSON.parse((await this.desk.run('status', '--json', ...args)).stdout) as StatusRecord;
  }

  /** A timer of the scheduler that {@link start} started last, as that scheduler describes it. */
  async timer(name: string): Promise<StatusRecord['timers'][number]> {
    return (await this.#scheduler!.status()).timers.find((one) => one.task_name === name)!;
  }
}
