import { beforeEach, describe, expect, it } from 'vitest';
import { FileLanes } from '../../src/executors/shell/file-lanes.js';
import { FakeClock } from '../support/fake-clock.js';

describe('file operations', () => {
  let clock: FakeClock;
  let lanes: FileLanes;
  beforeEach(() => {
    clock = new FakeClock();
    lanes = new FileLanes(clock, (path) => (path === 'local' ? undefined : { at: path }));
  });
  const done = () => Promise.resolve('done');
  const take = (mount: string, work: (isGivenUp: () => boolean) => Promise<unknown> = done) => {
    const step = lanes.laneOf(mount).run('opening it', work);
    return step.catch((error: unknown) => (error as Error).message);
  };
  const hang = () => {
    let goOn: () => void = () => undefined;
    let isGivenUp: () => boolean = () => false;
    const step = (asked: () => boolean) => {
      isGivenUp = asked;
      return new Promise<void>((resolve) => (goOn = resolve));
    };
    return { step, goOn: () => goOn(), isGivenUp: () => isGivenUp() };
  };

  it('that hang occupy one thread per mount and do not delay other mounts', async () => {
    const dead = Array.from({ length: 20 }, () => take('dead', hang().step));
    expect(await take('local')).toBe('done');
    await clock.advance(10_000);
    expect(new Set(await Promise.all(dead))).toEqual(new Set(['opening it took longer than 10 s']));
    expect(await take('local')).toBe('done');
  });

  it('on a mount that hangs fail immediately until it responds again', async () => {
    const { step, goOn, isGivenUp } = hang();
    const first = take('dead', step);
    await clock.advance(10_000);
    expect(await first).toBe('opening it took longer than 10 s');
    expect(await take('dead')).toBe('dead does not respond');
    expect(isGivenUp()).toBe(true);
    const owed: string[] = [];
    lanes.laneOf('dead').owe(async () => void owed.push(await done()));
    goOn();
    await clock.advance(0);
    expect(owed).toEqual(['done']);
    expect(await take('dead')).toBe('done');
  });

  it('share two threads across all network mounts, and local disks have their own thread', async () => {
    for (const mount of ['a', 'b']) void take(mount, hang().step);
    const third = take('c');
    expect(await take('local')).toBe('done');
    await clock.advance(10_000);
    expect(await third).toBe('opening it took longer than 10 s');
    expect(await take('c')).toBe('c does not respond');
  });
});
