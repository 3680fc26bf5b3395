import { expect, test } from 'vitest';
import { CALM, judged, rounds, type Fleet } from './fleet.js';
import { LAWFUL, SAYS, type Timers } from './law.js';
import type { Machine } from './machine.js';
import { storesOr } from './stores.js';

const ROUNDS = rounds(1, 25);

/** `more` differs between the files. */
const fileWith = (more: string) => (state: string) => `${state}
history: { keep: 1d, runs: 1000000 }
concurrency: 12
defaults: { catch_up: { policy: all, within: 10m }, overlap: allow }
timers:
  quick: { every: 700ms, run: '${SAYS('quick')}' }
  slow: { every: 1300ms, run: '${SAYS('slow')}; sleep 0.3' }
  queued: { every: 1700ms, run: [sleep, "0.1"], overlap: queue }
  patient: { every: 3100ms, run: '${SAYS('patient')}; exit 1', retry: { attempts: 2, delay: 2s, jitter: false } }
${more}`;

const oldFile = fileWith(`  changed: { every: 1500ms, run: [true] }
  removed: { every: 1900ms, run: [true] }`);
const newFile = fileWith(`  changed: { every: 1600ms, run: [true] }
  added: { every: 1900ms, run: [true] }`);

/** The timers that are the same in both files. */
const UNCHANGED: Timers = { intervals: { quick: 700, slow: 1_300, queued: 1_700, patient: 3_100 }, file: oldFile };

test.each(storesOr('Redis'))(
  `a changed file rolled out to the machines of $name, ${ROUNDS} times, does not affect other timers`,
  async (kind) => {
    /** What each scheduler has reported, from its start to its end. */
    const reports: (readonly string[])[] = [];
    const reportsOf = ({ lines }: Machine) =>
      lines.flatMap((line) => (line.event === 'config.differs' ? [String(line['node'])] : []));
    const figures = await judged(
      'rolled',
      { ...kind, lease: CALM },
      async (fleet) => {
        const hasOld = new Set(fleet.machines);
        for (let round = 0; round < ROUNDS; round++)
          for (const machine of fleet.machines) {
            const active = await fleet.active();
            await active.goesOn(Math.floor(fleet.random() * 20));
            await machine.stop();
            reports.push(reportsOf(machine));
            machine.desk.write('timers.yaml', (round % 2 === 0 ? newFile : oldFile)(machine.state));
            if (round % 2 === 0) hasOld.delete(machine);
            else hasOld.add(machine);
            machine.start();
            await machine.isThere();
            await reported(fleet, hasOld);
          }
        reports.push(...fleet.machines.map(reportsOf));
      },
      { timers: UNCHANGED },
    );
    expect(figures).toMatchObject(LAWFUL);
    for (const nodes of reports) expect(nodes).toEqual([...new Set(nodes)]);
    expect(reports.flat().length).toBeGreaterThanOrEqual(2 * ROUNDS);
  },
);

/** Resolves when the active machine has reported every machine with another file. */
async function reported(fleet: Fleet, hasOld: ReadonlySet<Machine>): Promise<void> {
  for (;;) {
    const active = await fleet.active();
    const differ = fleet.machines.filter((machine) => hasOld.has(machine) !== hasOld.has(active));
    const isReported = () =>
      differ.every(({ name }) => active.lines.some(({ event, node }) => event === 'config.differs' && node === name));
    await active.program.line(() => isReported() || !active.isActive);
    if (isReported()) return;
  }
}
