import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { planOf } from '../../src/daemon/compose.js';
import { Reloader } from '../../src/daemon/reloader.js';
import { loadTimerFile, type TimerFile } from '../../src/config/index.js';
import { thisMachine } from '../../src/this-machine.js';
import { Rig } from '../support/rig.js';

let folder: string;
let file: string;
let rig: Rig;
let reloader: Reloader;

const write = (more = '') => writeFileSync(file, `timers:\n  tick: { every: 10s, run: "true" }\n${more}`);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'));
  file = join(folder, 'timers.yaml');
  write();
  const { timerFile } = await loadTimerFile({ file, cwd: '/' }, thisMachine(0));
  rig = new Rig(planOf(timerFile as TimerFile).jobs);
  reloader = new Reloader(timerFile as TimerFile, { running: () => rig.scheduler, clock: rig.clock });
  rig.scheduler.start();
});

afterEach(() => rmSync(folder, { recursive: true }));

const boom = () => {
  throw new TypeError('no such thing');
};

/** A verb of the scheduler that throws until it is fixed. */
function broken(verb: 'status' | 'reload'): () => void {
  const { controls } = rig.scheduler;
  Object.assign(controls, { [verb]: boom });
  return () => Reflect.deleteProperty(controls, verb);
}

it.each(['status', 'reload'] as const)(
  'a bug in %s causes the file to be rejected, and the next reload works',
  async (verb) => {
    await rig.clock.advance(0);
    rig.events.splice(0);
    const mend = broken(verb);
    write('  more: { every: 10s, run: "true" }\n');
    const problem = { code: 'internal-error', message: expect.stringContaining('TypeError: no such thing') as string };
    expect(await reloader.reload()).toMatchObject({ valid: false, problems: [problem] });
    mend();
    expect(rig.scheduler.controls.status().jobs.map(({ job }) => job.name)).toEqual(['tick']);
    expect(reloader.current.jobs).toHaveLength(1);
    await rig.clock.advance(0);
    expect(rig.events.splice(0)).toMatchObject([
      { event: 'config.rejected', problems: [expect.stringMatching(/^1:1 .*no such thing/)] },
      { event: 'internal.error', stack: expect.stringContaining('boom') as string },
    ]);
    expect(await reloader.reload()).toMatchObject({ valid: true, changes: [{ task_name: 'more' }] });
  },
);

it('a first run_on without a Redis state is rejected, even together with a new state', async () => {
  writeFileSync(file, 'state: redis://db/0\ntimers:\n  tick: { every: 10s, run: "true", run_on: any }\n');
  expect(await reloader.reload()).toMatchObject({ valid: false, problems: [{ code: 'run-on-without-redis' }] });
});

it('a bug in the comparison causes the file to be rejected', async () => {
  broken('status');
  expect(await reloader.compare()).toMatchObject({ valid: false, problems: [{ code: 'internal-error' }] });
});

it('a reload whose report fails does not affect the next one', async () => {
  const { scheduler } = rig;
  write('  bad: {}\n');
  Object.assign(scheduler, { emit: boom });
  await expect(reloader.reload()).rejects.toThrow('no such thing');
  Reflect.deleteProperty(scheduler, 'emit');
  write();
  expect(await reloader.reload()).toMatchObject({ valid: true });
});

it('problems of a rejected file show URLs without their paths', async () => {
  await rig.clock.advance(0);
  rig.events.splice(0);
  write('  ping https://u:secret@hc.example/secret\n');
  await reloader.reload();
  await rig.clock.advance(0);
  const [rejected] = rig.events.splice(0);
  expect(JSON.stringify(rejected)).toContain('ping hc.example');
  expect(JSON.stringify(rejected)).not.toContain('secret');
});
