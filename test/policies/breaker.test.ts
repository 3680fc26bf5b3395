import { describe, expect, it, test } from 'vitest';
import { CLOSED, type BreakerState } from '../../src/domain/breaker.js';
import type { RunStatus } from '../../src/domain/outcome.js';
import { HOUR, MINUTE } from '../../src/domain/time.js';
import { breaker, type BreakerOptions } from '../../src/policies/breaker.js';

const START = Date.parse('2026-11-23T08:00:00Z');

/** A breaker with its state, which receives one ended run after the other. */
class Life {
  state: BreakerState = CLOSED;
  now = START;
  #failuresInARow = 0;
  readonly #policy;

  constructor(options: Partial<BreakerOptions> = {}) {
    this.#policy = breaker({ failures: 3, cooldown: 5 * MINUTE, ...options });
  }

  ends(status: RunStatus, { isTrial = false } = {}): this {
    if (status === 'success') this.#failuresInARow = 0;
    else if (status !== 'canceled') this.#failuresInARow++;
    const ended = { outcome: { status }, failuresInARow: this.#failuresInARow, isTrial };
    this.state = this.#policy.after(this.state, ended, this.now);
    return this;
  }

  passes(duration: number): this {
    this.now += duration;
    this.state = this.#policy.at(this.state, this.now);
    return this;
  }

  /** Opens the breaker by three failures. */
  opened(): this {
    return this.ends('failure').ends('failure').ends('failure');
  }

  /** Waits for the trial, which fails. Returns the cooldown that follows. */
  failsItsTrial(): number | undefined {
    if (this.state.kind === 'open') this.passes(this.state.cooldown);
    this.ends('failure', { isTrial: true });
    return this.state.kind === 'open' ? this.state.cooldown : undefined;
  }
}

describe('a closed breaker', () => {
  it('stays closed until the configured number of consecutive runs has failed', () => {
    const life = new Life().ends('failure').ends('failure');
    expect(life.state).toEqual(CLOSED);
    expect(life.ends('failure').state).toEqual({ kind: 'open', until: START + 5 * MINUTE, cooldown: 5 * MINUTE });
  });

  it.each<RunStatus>(['failure', 'timeout', 'lost'])('counts a run that ended as %s as failed', (status) => {
    expect(new Life({ failures: 1 }).ends(status).state.kind).toBe('open');
  });

  it('starts counting again after a success', () => {
    expect(new Life().ends('failure').ends('failure').ends('success').ends('failure').ends('failure').state).toEqual(
      CLOSED,
    );
  });

  it('is not opened by a canceled run', () => {
    expect(new Life({ failures: 1 }).ends('canceled').state).toEqual(CLOSED);
    expect(new Life().ends('failure').ends('failure').ends('canceled').ends('failure').state.kind).toBe('open');
  });
});

describe('an open breaker', () => {
  it('stays open for its cooldown, to the millisecond, and then admits one trial run', () => {
    const life = new Life().opened();
    expect(life.passes(5 * MINUTE - 1).state.kind).toBe('open');
    expect(life.passes(1).state).toEqual({ kind: 'half_open', cooldown: 5 * MINUTE });
    expect(life.passes(HOUR).state.kind).toBe('half_open');
  });

  it('admits the trial run if the clock turns out to have been years ahead', () => {
    const life = new Life().opened();
    expect(life.passes(-5 * HOUR).state.kind).toBe('half_open');
  });

  it('is not extended by an earlier run that also fails', () => {
    const life = new Life().opened();
    const { state } = life;
    life.now += MINUTE;
    expect(life.ends('failure').ends('timeout').ends('canceled').state).toEqual(state);
  });

  it('is closed by a successful manual run', () => {
    expect(new Life().opened().ends('success').state).toEqual(CLOSED);
  });
});

describe('a half-open breaker', () => {
  const halfOpen = () => new Life().opened().passes(5 * MINUTE);

  it('is closed by the success of its trial run', () => {
    expect(halfOpen().ends('success', { isTrial: true }).state).toEqual(CLOSED);
  });

  it('opens again for twice as long if its trial run fails', () => {
    expect(halfOpen().ends('failure', { isTrial: true }).state).toEqual({
      kind: 'open',
      until: START + 15 * MINUTE,
      cooldown: 10 * MINUTE,
    });
  });

  it('waits for another trial run if the first was canceled', () => {
    const { state } = halfOpen().ends('canceled', { isTrial: true });
    expect(state).toEqual({ kind: 'half_open', cooldown: 5 * MINUTE });
  });

  it('ignores failures of other runs, and closes after any success', () => {
    expect(halfOpen().ends('failure').state.kind).toBe('half_open');
    expect(halfOpen().ends('success').state).toEqual(CLOSED);
  });

  it('closed by another run does not open because of one failed trial run', () => {
    expect(halfOpen().ends('success').ends('failure', { isTrial: true }).state).toEqual(CLOSED);
  });
});

test.each([
  { cooldown: 5 * MINUTE, grown: [10, 20, 40, 60, 60].map((minutes) => minutes * MINUTE) },
  { cooldown: 2 * HOUR, grown: [2 * HOUR, 2 * HOUR] },
])('a cooldown of $cooldown ms grows to an hour, unless it was longer from the start', ({ cooldown, grown }) => {
  const life = new Life({ cooldown }).opened();
  expect(grown.map(() => life.failsItsTrial())).toEqual(grown);
});

test('a breaker that has closed starts with the initial cooldown again', () => {
  const life = new Life().opened();
  expect([life.failsItsTrial(), life.failsItsTrial()]).toEqual([10 * MINUTE, 20 * MINUTE]);
  life.passes(20 * MINUTE).ends('success', { isTrial: true });
  expect(life.opened().state).toMatchObject({ kind: 'open', cooldown: 5 * MINUTE });
});
