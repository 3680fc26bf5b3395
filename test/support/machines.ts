import { eventually } from './eventually.js';
import { Desk, type Program } from './program.js';
import { Puppet } from './puppet.js';
import { RedisServer } from './redis-server.js';

/** The longest lease: however busy the machine is, a scheduler that lives keeps it. */
export const KEPT = '5m';
/** The shortest lease, for what follows the death of a scheduler. */
export const SHORT = '5s';

/** Machines with schedulers and workers that share a state on one Redis, and a puppet as the command of their timers. */
export class Machines {
  readonly redis: RedisServer;
  readonly puppet: Puppet;
  readonly #desks: Desk[] = [];

  private constructor(redis: RedisServer, puppet: Puppet) {
    this.redis = redis;
    this.puppet = puppet;
  }

  static async open(): Promise<Machines> {
    return new Machines(await RedisServer.open(), await Puppet.open());
  }

  /** A timer for workers, with further keys. */
  timers(more = ''): string {
    return `timers:\n  job: { every: 1d, run: ${JSON.stringify(this.puppet.command)}, run_on: any${more} }\n`;
  }

  /** A machine with the timer file. */
  machine(name: string, text = this.timers(), lease = KEPT): Desk {
    const desk = new Desk();
    this.#desks.push(desk);
    this.give(desk, name, text, lease);
    return desk;
  }

  /** Gives the machine another timer file. */
  give(desk: Desk, name: string, text: string, lease = KEPT): void {
    desk.write('timers.yaml', `state: { url: "${this.redis.url}", lease: ${lease}, name: ${name} }\n${text}`);
  }

  async active(desk: Desk): Promise<Program> {
    const program = desk.start(['start']);
    await program.event('scheduler.took_over');
    return program;
  }

  async worker(desk: Desk, ...args: readonly string[]): Promise<Program> {
    const program = desk.start(['worker', ...args]);
    await program.event('worker.started');
    return program;
  }

  /** Resolves when that many runs wait for a worker: a trigger has its reply before its run is in the queue. */
  async wait(runs: number): Promise<void> {
    const arrived = async () => (await this.redis.ask('LLEN', '{timers}:work:any:wait')) === String(runs) || undefined;
    await eventually(`${runs} waiting runs`, arrived);
  }

  async close(): Promise<void> {
    await Promise.all(this.#desks.map((desk) => desk.clear()));
    await this.puppet.close();
    await this.redis.close();
  }
}
