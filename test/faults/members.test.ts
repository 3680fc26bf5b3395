import { expect, test } from 'vitest';
import { etcdProgram, EtcdServer } from '../support/etcd-server.js';
import { judged, pause, rounds } from './fleet.js';
import { LAWFUL } from './law.js';
import { stores, type Store } from './stores.js';

const ROUNDS = rounds(2, 20);
const MEMBERS = 3;
const etcd = stores.filter(({ name }) => name === 'etcd');

/** A cluster, and the faults that a test causes in it. */
class Cluster implements Store {
  readonly #members: readonly EtcdServer[];

  private constructor(members: readonly EtcdServer[]) {
    this.#members = members;
  }

  static async open(): Promise<Cluster> {
    return new Cluster(await EtcdServer.cluster(etcdProgram()!, MEMBERS));
  }

  /** A URL with all members. Only the connection to the first one goes through a proxy. */
  get url(): string {
    return `etcd://${this.#members.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  get port(): number {
    return this.#members[0]!.port;
  }

  /** Calls `during` while these members do not respond. */
  async without(
    members: readonly number[],
    how: 'stand still' | 'are killed',
    during: () => Promise<void>,
  ): Promise<void> {
    const gone = members.map((index) => this.#members[index % MEMBERS]!);
    if (how === 'stand still') for (const member of gone) member.stand(true);
    else await Promise.all(gone.map((member) => member.kill()));
    await during();
    if (how === 'stand still') for (const member of gone) member.stand(false);
    else await Promise.all(gone.map((member) => member.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

test.concurrent.each(etcd)(
  `on three machines with three members of $name, one or two failing ${ROUNDS} times, each firing has one outcome`,
  async (kind) => {
    const cluster = await Cluster.open();
    const figures = await judged(
      'members failed',
      // Members need up to 2 s to elect a leader.
      { ...kind, lease: 4_000 },
      async (fleet) => {
        for (let round = 0; round < ROUNDS; round++) {
          const active = await fleet.active();
          await active.goesOn(Math.floor(fleet.random() * 150));
          const first = Math.floor(fleet.random() * MEMBERS);
          // Two of three are the majority.
          const gone = round % 2 ? [first] : [first, first + 1];
          await cluster.without(gone, round % 4 < 2 ? 'stand still' : 'are killed', () =>
            pause(fleet.between(0.3, 3) * fleet.lease),
          );
        }
      },
      { open: () => Promise.resolve(cluster) },
    );
    expect(figures).toMatchObject(LAWFUL);
  },
);
