import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, type Program } from '../support/program.js';

const ROUNDS = 3;

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

type Answer = Readonly<Record<string, unknown>>;

/** What the next scheduler says about the timer. */
interface Found {
  readonly timers: ReadonlyMap<string, Answer>;
  /** Ids of firings that have an outcome. */
  readonly ended: ReadonlySet<unknown>;
}

/** A verb, and how the next scheduler shows that it was not forgotten. */
interface Deed {
  readonly verb: string;
  /** `adHoc`: the name that the last `add` returned. */
  readonly args: (adHoc: string) => object;
  readonly isKept: (found: Found, answer: Answer, adHoc: string) => boolean;
}

const DEEDS: readonly Deed[] = [
  { verb: 'pause', args: () => ({ names: ['job'] }), isKept: ({ timers }) => timers.get('job')?.['paused'] !== null },
  { verb: 'resume', args: () => ({ names: ['job'] }), isKept: ({ timers }) => timers.get('job')?.['paused'] === null },
  { verb: 'trigger', args: () => ({ name: 'job' }), isKept: ({ ended }, { firing_id: id }) => ended.has(id) },
  {
    verb: 'add',
    args: () => ({ in_ms: 3_600_000, run: 'true', cwd: '/' }),
    isKept: ({ timers }, { task_name: name }) => timers.has(String(name)),
  },
  {
    verb: 'reset',
    args: (name) => ({ name, in_ms: 7_200_000 }),
    isKept: ({ timers }, { next_at: next }, name) => timers.get(name)?.['next_at'] === next,
  },
  { verb: 'cancel', args: (target) => ({ target }), isKept: ({ timers }, _, name) => !timers.has(name) },
];

/** Sends one verb, and calls `then` at the moment when the response arrives. */
async function ask(program: Program, verb: string, args: object, then = (): void => undefined): Promise<Answer> {
  const { socket } = await program.event('scheduler.started');
  const line = await new Promise<string>((resolve, reject) => {
    const client = connect(String(socket)).on('error', reject);
    let text = '';
    client.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      then();
      client.destroy();
      resolve(text);
    });
    client.write(`${JSON.stringify({ v: 1, id: 1, verb, args })}\n`);
  });
  return (JSON.parse(line) as { ok: Answer }).ok;
}

async function look(program: Program): Promise<Found> {
  const { timers } = (await ask(program, 'status', {})) as unknown as { timers: readonly Answer[] };
  const { stdout } = await desk.run('history', '--json', '-n', '1000000');
  const lines = stdout.split('\n').filter((line) => line !== '');
  return {
    timers: new Map(timers.map((timer) => [String(timer['task_name']), timer])),
    ended: new Set(lines.map((line) => (JSON.parse(line) as Answer)['firing_id'])),
  };
}

test(`a scheduler killed right after it confirms a verb keeps the result, in ${ROUNDS * DEEDS.length} kills`, async () => {
  desk.write('timers.yaml', 'state: ./timers.db\ntimers:\n  job: { cron: "0 0 1 1 *", run: "true" }\n');
  const start = () => desk.start(['start', '--log-format', 'json']);
  const forgotten: string[] = [];
  let program = start();
  let adHoc = '';
  for (let round = 0; round < ROUNDS; round++) {
    for (const { verb, args, isKept } of DEEDS) {
      const answer = await ask(program, verb, args(adHoc), () => program.kill('SIGKILL'));
      await program.ended;
      if (verb === 'add') adHoc = String(answer['task_name']);
      program = start();
      if (!isKept(await look(program), answer, adHoc)) forgotten.push(verb);
    }
  }
  expect(forgotten).toEqual([]);
});
