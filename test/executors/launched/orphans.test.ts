import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/clocks/system.js';
import { createProcOrphans } from '../../../src/executors/index.js';
import { readStat } from '../../../src/executors/shell/proc.js';
import { bundle } from '../../support/bundle.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Puppet, type PuppetProcess } from '../../support/puppet.js';

/** Longer than any test: a test that waits for it never ends. */
const GRACE = 3_600_000;
const clock = createSystemClock();
const orphans = createProcOrphans({ clock });
const nextTurn = () => new Promise<void>((resolve) => clock.soon(resolve));

const LAST_PID = '/proc/sys/kernel/ns_last_pid';

/** Whether the system lets us choose the next pid. */
function canChoosePids(): boolean {
  try {
    writeFileSync(LAST_PID, readFileSync(LAST_PID));
    return true;
  } catch {
    return false;
  }
}

/** Starts a process with that pid, as soon as it is free. */
async function spawnAs(pid: number): Promise<ChildProcess> {
  for (;;) {
    writeFileSync(LAST_PID, String(pid - 1));
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    if (child.pid === pid) return child;
    child.kill('SIGKILL');
    await nextTurn();
  }
}

describe.runIf(process.platform === 'linux')('processes that outlived their scheduler', () => {
  let puppet: Puppet;
  let runId: string;
  beforeEach(async () => {
    puppet = await Puppet.open();
    runId = randomUUID();
  });
  afterEach(() => puppet.close());

  const begin = (id = runId): Promise<PuppetProcess> => {
    const [program = '', ...args] = puppet.command;
    spawn(program, args, { env: { ...process.env, TIMERS_RUN_ID: id }, stdio: 'ignore', detached: true });
    return puppet.next();
  };
  const found = (...ids: string[]) => orphans.find(new Set(ids));
  const pids = (...processes: { pid: number }[]) => processes.map(({ pid }) => pid).sort((a, b) => a - b);

  it('are found by their run id, even outside the process group, and no others', async () => {
    const leader = await begin();
    const child = await leader.spawnGrandchild();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    const another = await begin(`${runId}-2`);
    await begin(`not-asked-for-${runId}`);
    await leader.kill();
    expect(pids(...(await found(runId)))).toEqual(pids(child, away));
    expect(await found(runId, `${runId}-2`)).toContainEqual({ runId: `${runId}-2`, pid: another.pid });
    expect(await found()).toEqual([]);
  });

  it('are ended with SIGTERM, and the call resolves once all have exited', async () => {
    const leader = await begin();
    const away = await leader.spawnGrandchild({ leaveGroup: true });
    const bystander = await begin(`${runId}-2`);
    await orphans.end(await found(runId), GRACE);
    expect(await found(runId)).toEqual([]);
    await Promise.all([leader.gone, away.gone]);
    expect(pids(...(await found(`${runId}-2`)))).toEqual(pids(bystander));
  });

  it('that ignore SIGTERM are killed after the grace period, and not before', async () => {
    const leader = await begin();
    const deaf = await leader.spawnGrandchild({ leaveGroup: true });
    await deaf.ignoreTerm();
    const turned = new FakeClock();
    const ended = createProcOrphans({ clock: turned }).end(await found(runId), GRACE);
    await leader.gone;
    expect(await deaf.signaled()).toBe('SIGTERM');
    await turned.advance(GRACE - 1);
    await deaf.print('still here');
    expect(pids(...(await found(runId)))).toEqual(pids(deaf));
    await turned.advance(1);
    await deaf.gone;
    await turned.advance(GRACE);
    await ended;
    expect(turned.armed).toBe(0);
  });

  it('that are suspended end on SIGTERM, before the grace period expires', async () => {
    const leader = await begin();
    leader.raise('SIGSTOP');
    while (readStat(leader.pid)?.state !== 'T') await nextTurn();
    await orphans.end(await found(runId), GRACE);
    await leader.gone;
  });

  it('are ended together with children that they start during the grace period', async () => {
    const leader = await begin();
    await leader.ignoreTerm();
    const ended = orphans.end(await found(runId), GRACE);
    await leader.signaled();
    const child = await leader.spawnGrandchild({ leaveGroup: true });
    void leader.exit();
    await ended;
    await child.gone;
  });

  it('are identified by run id, not by a pid that may have been reused', async () => {
    const innocent = await begin(`${runId}-2`);
    await orphans.end([{ runId, pid: innocent.pid }], GRACE);
    expect(pids(...(await found(`${runId}-2`)))).toEqual(pids(innocent));
  });

  it.runIf(canChoosePids())('are not confused with a process that reuses the pid of one of them', async () => {
    const deaf = await begin();
    await deaf.ignoreTerm();
    const turned = new FakeClock();
    const ended = createProcOrphans({ clock: turned }).end(await found(runId), GRACE);
    await deaf.kill();
    const innocent = await spawnAs(deaf.pid);
    const exited = new Promise((resolve) => innocent.once('exit', (_code, signal) => resolve(signal)));
    await turned.advance(GRACE);
    await ended;
    innocent.kill('SIGINT');
    expect(await exited).toBe('SIGINT');
  });

  it('that are zombies count as exited', async () => {
    const heedless = spawn('/bin/sh', ['-c', `TIMERS_RUN_ID=${runId} "$@" & exec sleep 60`, 'sh', ...puppet.command]);
    await puppet.next();
    await orphans.end(await found(runId), GRACE);
    heedless.kill('SIGKILL');
  });

  it('are not awaited if there are none', async () => {
    const still = new FakeClock();
    await createProcOrphans({ clock: still }).end([{ runId, pid: process.pid }], GRACE);
    expect(still.armed).toBe(0);
  });

  it('exclude the scheduler and its ancestors', async () => {
    const program = await bundle(new URL('found-orphans.ts', import.meta.url));
    const inside = `sleep 60 >/dev/null & echo $!; '${process.execPath}' '${program}' ${runId}; kill $!`;
    const [sibling, told] = execFileSync('/bin/sh', ['-c', inside], {
      env: { ...process.env, TIMERS_RUN_ID: runId },
      encoding: 'utf8',
    }).split('\n');
    expect(JSON.parse(told!)).toEqual([Number(sibling)]);
  });
});
