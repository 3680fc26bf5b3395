import type { Command } from '../domain/command.js';
import type { AttemptIo, Executor } from '../domain/executor.js';
import type { Exit } from '../domain/outcome.js';
import type { Duration } from '../domain/time.js';
import type { VirtualClock } from './virtual-clock.js';

/** There is no process, but the engine receives a pid anyway. */
const NO_PID = 0;

/** How a simulated attempt behaves. */
export interface Behavior {
  readonly lasting: Duration;
  /** Returns whether an attempt fails. Called once per attempt. */
  fails(): boolean;
}

/** Runs nothing: attempts end after a while on the virtual clock, and immediately when they are canceled. */
export class FakeExecutor implements Executor {
  readonly #clock: VirtualClock;
  readonly #behaviors: ReadonlyMap<Command, Behavior>;

  /** `behaviors` has every command that will run, by identity. */
  constructor(clock: VirtualClock, behaviors: ReadonlyMap<Command, Behavior>) {
    this.#clock = clock;
    this.#behaviors = behaviors;
  }

  execute(command: Command, io: AttemptIo): Promise<Exit> {
    const behavior = this.#behaviors.get(command);
    if (behavior === undefined) throw new Error('a command of no simulated job');
    const code = behavior.fails() ? 1 : (command.successCodes[0] ?? 0);
    return new Promise((resolve) => {
      const disarm = this.#clock.ahead(behavior.lasting, () => resolve({ kind: 'exited', code }));
      io.cancellation.onChange(() => {
        disarm();
        resolve({ kind: 'signaled', signal: 'SIGTERM' });
      });
      io.started(NO_PID);
    });
  }
}
