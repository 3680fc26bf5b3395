import type { Command } from '../domain/command.js';
import type { AttemptIo, Executor } from '../domain/executor.js';
import type { Exit } from '../domain/outcome.js';
import type { Duration } from '../domain/time.js';
import type { VirtualClock } from './virtual-clock.js';

/** There is no process, but the engine receives a pid all the same. */
const NO_PID = 0;

/** What attempts do instead of running. */
export interface Behaviour {
  readonly lasting: Duration;
  /** Called once per attempt. */
  fails(): boolean;
}

/** Runs nothing: attempts end after a while on the virtual clock, and immediately when they are canceled. */
export class FakeExecutor implements Executor {
  readonly #clock: VirtualClock;
  readonly #behaviours: ReadonlyMap<Command, Behaviour>;

  /** `behaviours` has every command that will be run, by identity. */
  constructor(clock: VirtualClock, behaviours: ReadonlyMap<Command, Behaviour>) {
    this.#clock = clock;
    this.#behaviours = behaviours;
  }

  execute(command: Command, io: AttemptIo): Promise<Exit> {
    const behaviour = this.#behaviours.get(command);
    if (behaviour === undefined) throw new Error('a command of no simulated job');
    const code = behaviour.fails() ? 1 : (command.successCodes[0] ?? 0);
    return new Promise((resolve) => {
      const disarm = this.#clock.ahead(behaviour.lasting, () => resolve({ kind: 'exited', code }));
      io.cancellation.onChange(() => {
        disarm();
        resolve({ kind: 'signaled', signal: 'SIGTERM' });
      });
      io.started(NO_PID);
    });
  }
}
