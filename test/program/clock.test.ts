import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faketime, hasFaketime, skippedWithoutFaketime } from '../support/faketime.js';
import { Desk, type LogLine, type Program } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** The built program with a wall clock that the test sets; the monotonic clock is the machine's. */
class Stepped {
  readonly program: Program;
  readonly #file: string;
  /** Lines logged before the last step. */
  #before = 0;

  constructor(file: string) {
    this.#file = file;
    writeFileSync(file, '+0');
    this.program = desk.start(['start'], { env: faketime({ file }) });
  }

  /** Sets the wall clock, as faketime writes it: `+7200`, `-18000 x1.001`. */
  set(offset: string): void {
    this.#before = this.program.lines.length;
    writeFileSync(this.#file, offset);
  }

  /** Resolves when the 1 s timer has run that many times since the clock was set. */
  async ticks(count: number): Promise<void> {
    await this.program.line(() => this.#since('run.finished').filter(isTick).length >= count);
  }

  async jumped(): Promise<LogLine> {
    await this.program.line(() => this.#since('clock.jumped').length > 0);
    return this.#since('clock.jumped')[0]!;
  }

  #since(event: string): LogLine[] {
    return this.program.lines.slice(this.#before).filter((line) => line.event === event);
  }
}

const isTick = ({ task_name }: LogLine): boolean => task_name === 'tick';
const isEnding = ({ event }: LogLine): boolean => ['run.finished', 'firing.skipped', 'firing.missed'].includes(event);
const hour = 3_600_000;

test.skipIf(!hasFaketime)(
  `each firing occurs once when the clock jumps by +2 h, −2 h, −5 h and ±300 ms, and when it runs fast${skippedWithoutFaketime}`,
  async () => {
    const soon = new Date(Date.now() + hour);
    desk.write(
      'timers.yaml',
      `timezone: UTC
state: ./timers.db
timers:
  tick: { every: 1s, run: [true] }
  minutely: { cron: "* * * * *", run: [true] }
  fixed: { cron: "${soon.getUTCMinutes()} ${soon.getUTCHours()} * * *", run: [true] }
`,
    );
    const stepped = new Stepped(desk.write('clock', ''));
    await stepped.ticks(3);

    stepped.set('+7200');
    expect(await stepped.jumped()).toMatchObject({ cause: 'step', delta_ms: expect.closeTo(2 * hour, -3) });
    await stepped.ticks(3);
    expect(await stepped.program.event('firing.missed', 'fixed')).toMatchObject({ reason: 'clock_jump' });
    expect(await stepped.program.event('firing.missed', 'minutely')).toMatchObject({ reason: 'clock_jump' });

    stepped.set('+0');
    expect(await stepped.jumped()).toMatchObject({ delta_ms: expect.closeTo(-2 * hour, -3) });
    await stepped.ticks(3);

    stepped.set('-18000');
    expect(await stepped.jumped()).toMatchObject({ corrected: true, delta_ms: expect.closeTo(-5 * hour, -3) });
    await stepped.ticks(3);

    const jumps = () => stepped.program.lines.filter(({ event }) => event === 'clock.jumped').length;
    const jumped = jumps();
    for (const offset of ['-17999.7', '-18000', '-18000 x1.001']) {
      stepped.set(offset);
      await stepped.ticks(3);
    }
    expect(jumps()).toBe(jumped);

    stepped.program.kill('SIGTERM');
    expect((await stepped.program.ended).code).toBe(0);
    const endings = stepped.program.lines.filter(isEnding);
    const ids = endings.map(({ firing_id }) => firing_id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const runs = stepped.program.lines.filter(({ event }) => event === 'run.started').map(({ firing_id }) => firing_id);
    expect(new Set(runs).size).toBe(runs.length);
    const { stdout } = await desk.run('history', '--json', '-n', '100000');
    const recorded = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogLine]));
    expect(recorded.map(({ firing_id }) => firing_id).sort()).toEqual([...ids].sort());
  },
);
