import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemClock } from '../../src/clocks/system.js';
import { connectToScheduler, LostError, RefusalError, type Connecting } from '../../src/control/index.js';
import { connectOverState } from '../../src/daemon/shared/connect-over-state.js';
import { socketPathsOf, userId } from '../../src/daemon/socket-places.js';
import type { Clock } from '../../src/domain/clock.js';
import type { SharedPlace } from '../../src/domain/state-place.js';
import { BOARD_PATIENCE, LONG_BOARD_PATIENCE } from '../../src/stores/shared/board.js';
import { LIMIT } from '../support/limit.js';
import { CALM, judged, pause, rounds, type Fleet } from './fleet.js';
import { SAYS, stateOf, type SharedContents, type Timers } from './law.js';
import type { Machine } from './machine.js';
import { stores } from './stores.js';

const ROUNDS = rounds(1, 30);
const SITUATIONS = ['lives', 'stops', 'dies'] as const;
const VERBS = ['trigger', 'pause', 'resume', 'reset', 'cancel'] as const;
type Verb = (typeof VERBS)[number];

/** Each request has its own timer, which comes due at most once a year. */
const cases = SITUATIONS.flatMap((situation) =>
  Array.from({ length: ROUNDS }, (_, round) => ({ situation, suffix: `${situation}-${round}` })),
);
const RARELY = 'cron: "0 0 1 1 *"';
const TIMERS: Timers = {
  intervals: { quick: 300 },
  file: (state) => `${state}
defaults: { catch_up: { policy: all, within: 10m }, overlap: allow }
timers:
  quick: { every: 300ms, run: '${SAYS('quick')}' }
${cases
  .map(
    ({ suffix }) => `  trigger-${suffix}: { ${RARELY}, run: '${SAYS(`trigger-${suffix}`)}' }
  pause-${suffix}: { ${RARELY}, run: [true] }
  resume-${suffix}: { ${RARELY}, run: [true] }
  reset-${suffix}: { ${RARELY}, run: [false], breaker: { failures: 1, cooldown: 1d } }
  cancel-${suffix}: { ${RARELY}, run: [sleep, "3600"] }`,
  )
  .join('\n')}`,
};

const clock = createSystemClock();

/** The reply as the requesting machine understands it. */
type Reply = 'done' | 'not done' | 'unknown';

const argsOf = (verb: Verb, name: string): Record<string, unknown> => {
  if (verb === 'cancel') return { target: name };
  return verb === 'pause' || verb === 'resume' ? { names: [name] } : { name };
};

async function ask(connecting: Promise<Connecting>, verb: Verb, name: string): Promise<Reply> {
  const connected = await connecting;
  if (connected.kind !== 'connected') return 'not done';
  const { client } = connected;
  try {
    const { keeping, canceled } = (await client.request(verb, argsOf(verb, name))) as Record<string, unknown>;
    if (keeping !== 'recorded') return 'unknown';
    return canceled === 0 ? 'not done' : 'done';
  } catch (error) {
    if (error instanceof LostError) return 'unknown';
    if (!(error instanceof RefusalError)) throw error;
    return /may have been executed|status shows whether|is not known/.test(error.message) ? 'unknown' : 'not done';
  } finally {
    client.close();
  }
}

/** Repeats a request that has lapsed before a busy machine could withdraw it. */
async function askUntilKnown(connect: () => Promise<Connecting>, verb: Verb, name: string): Promise<Reply> {
  for (;;) {
    const reply = await ask(connect(), verb, name);
    if (reply !== 'unknown') return reply;
  }
}

/** Connects from a standby machine. */
function ofStandby(fleet: Fleet, { desk, name }: Machine): Promise<Connecting> {
  const state: SharedPlace = { kind: 'shared', url: fleet.store.url, lease: fleet.lease, name };
  const env = { ...process.env, XDG_STATE_HOME: join(desk.folder, '.state') };
  const place = { path: join(desk.folder, 'timers.yaml'), settings: { state } };
  return connectToScheduler(
    socketPathsOf(place, { cwd: desk.folder, env, err: console.error }, undefined),
    userId(),
    clock,
  );
}

/** On a busy machine, a request to the store may take longer, and then its fate is unknown. */
const patientClock: Clock = {
  ...clock,
  after: (delay, wake) => clock.after(delay === BOARD_PATIENCE || delay === LONG_BOARD_PATIENCE ? LIMIT : delay, wake),
};

/** Connects from a machine without a scheduler. */
const ofVisitor = ({ store, lease }: Fleet): Promise<Connecting> =>
  connectOverState({ kind: 'shared', url: store.url, lease, name: 'visitor' }, patientClock);

/** Prepares the timer for a verb. Repeats the request until it is done. */
async function prepare(fleet: Fleet, verb: Verb, name: string): Promise<void> {
  while ((await ask(ofVisitor(fleet), verb, name)) !== 'done') await fleet.active();
}

/** Triggers a timer until its breaker is open: a run that is lost with its machine opens none. */
async function openBreaker(fleet: Fleet, name: string): Promise<void> {
  for (;;) {
    await prepare(fleet, 'trigger', name);
    let contents = await stateOf(fleet.store.url);
    while (contents.open.some(({ firing }) => firing.jobName === name)) {
      await pause(100);
      contents = await stateOf(fleet.store.url);
    }
    if (!isDone('reset', name, contents)) return;
  }
}

const faults: Readonly<Record<(typeof SITUATIONS)[number], (fleet: Fleet, active: Machine) => Promise<void>>> = {
  lives: () => Promise.resolve(),
  async stops(fleet, active) {
    active.signal('SIGSTOP');
    await pause(fleet.between(0.5, 3) * fleet.lease);
    active.signal('SIGCONT');
  },
  async dies(_, active) {
    await active.kill();
    active.start();
  },
};

/** Whether the state shows that a request was executed. */
function isDone(verb: Verb, name: string, { jobs, endings, open }: SharedContents): boolean {
  const memory = jobs.get(name)?.memory;
  switch (verb) {
    case 'trigger':
      return (
        endings.some(({ firing }) => firing.jobName === name) || open.some(({ firing }) => firing.jobName === name)
      );
    case 'pause':
      return memory?.paused !== undefined;
    case 'resume':
      return memory?.paused === undefined;
    case 'reset':
      return memory?.breaker.kind === 'closed';
    case 'cancel':
      return endings.some(
        (ending) =>
          ending.firing.jobName === name && ending.event === 'run.finished' && ending.outcome.status === 'canceled',
      );
  }
}

test.concurrent.each(stores)(
  `a request from an inactive machine is executed once or reported as not executed: ${ROUNDS} rounds on $name`,
  async (kind) => {
    const replied = new Map<string, { readonly verb: Verb; readonly replied: Reply }>();
    let after: SharedContents | undefined;
    await judged(
      'verbs',
      { ...kind, lease: CALM },
      async (fleet) => {
        for (const { situation, suffix } of cases) {
          await prepare(fleet, 'pause', `resume-${suffix}`);
          await openBreaker(fleet, `reset-${suffix}`);
          await prepare(fleet, 'trigger', `cancel-${suffix}`);
          const active = await fleet.active();
          await active.goesOn(Math.floor(fleet.random() * 10));
          const others = fleet.machines.filter((machine) => machine !== active && machine.standsBy);
          const asking = VERBS.map(async (verb) => {
            const name = `${verb}-${suffix}`;
            const from = fleet.random() < 0.3 || others.length === 0 ? undefined : fleet.oneOf(others);
            const before = fleet.between(0, 400);
            await pause(before);
            replied.set(name, {
              verb,
              replied: await ask(from ? ofStandby(fleet, from) : ofVisitor(fleet), verb, name),
            });
          });
          await pause(fleet.between(0, 400));
          await faults[situation](fleet, active);
          await Promise.all(asking);
        }
        // A request that was reported as not done is not done later either, by a machine that was stopped.
        const active = await fleet.active();
        await active.goesOn(20);
        after = await stateOf(fleet.store.url);
      },
      { timers: TIMERS },
    ).then((figures) => {
      expect(figures).toMatchObject({ withoutOutcome: 0, withTwo: 0, startedTwice: 0 });
    });
    const wrong = [...replied].flatMap(([name, { verb, replied }]) => {
      const done = isDone(verb, name, after!);
      // A run that was canceled may have been lost before it ended.
      const isRight =
        replied === 'unknown' || done === (replied === 'done') || (verb === 'cancel' && replied === 'done');
      return isRight ? [] : [`${name}: ${replied}, and it is ${done ? 'done' : 'not done'}`];
    });
    console.log('verbs', JSON.stringify(countOf([...replied.values()].map((one) => one.replied))));
    expect(wrong).toEqual([]);
    const runs = [...after!.endings.map(({ firing }) => firing), ...after!.open.map(({ firing }) => firing)];
    const triggered = runs.map(({ jobName }) => jobName).filter((name) => name.startsWith('trigger-'));
    expect(triggered.filter((name, n) => triggered.indexOf(name) !== n)).toEqual([]);
    expect(replied.size).toBe(cases.length * VERBS.length);
  },
);

test.concurrent.each(stores)(
  'a request that no machine of $name accepts within 10 s is withdrawn and never executed',
  async (kind) => {
    const suffix = 'lives-0';
    const replies: Reply[] = [];
    let after: SharedContents | undefined;
    await judged(
      'withdrawn verbs',
      { ...kind, lease: CALM },
      async (fleet) => {
        await prepare(fleet, 'pause', `resume-${suffix}`);
        await openBreaker(fleet, `reset-${suffix}`);
        await prepare(fleet, 'trigger', `cancel-${suffix}`);
        await fleet.active();
        for (const machine of fleet.machines) machine.signal('SIGSTOP');
        replies.push(
          ...(await Promise.all(VERBS.map((verb) => askUntilKnown(() => ofVisitor(fleet), verb, `${verb}-${suffix}`)))),
        );
        for (const machine of fleet.machines) machine.signal('SIGCONT');
        // Machines that were stopped have time to execute it after all.
        await fleet.machines[0]!.program.line(
          ({ event }) => event === 'scheduler.lost_state' || event === 'scheduler.standing_by',
        );
        const active = await fleet.active();
        await active.goesOn(30);
        after = await stateOf(fleet.store.url);
      },
      { timers: TIMERS },
    );
    expect(replies).toEqual(VERBS.map(() => 'not done'));
    expect(VERBS.filter((verb) => isDone(verb, `${verb}-${suffix}`, after!))).toEqual([]);
  },
);

function countOf(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]));
}
