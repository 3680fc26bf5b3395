import type { Clock } from '../../domain/clock.js';
import { SECOND, type Cancel, type Duration } from '../../domain/time.js';

const BEAT: Duration = 2 * SECOND;
/** How many pulses a busy machine may take to reply. */
const PATIENCE = 5;

interface Pulse {
  readonly clock: Clock;
  readonly ping: () => void;
  /** Returns whether a signal has stopped the process, so that there is nothing to wait for. */
  readonly isStopped: () => boolean;
  /** Called once, when the process hangs. */
  readonly hangs: () => void;
}

/** Detects a process that is alive but does not reply. Costs nothing while there is no work. */
export class ForkerPulse {
  readonly #pulse: Pulse;
  #disarm: Cancel | undefined;
  #unanswered = 0;

  constructor(pulse: Pulse) {
    this.#pulse = pulse;
  }

  /** Call this after each reply. */
  heard(): void {
    this.#unanswered = 0;
  }

  /** Call this when the process gets work, and when it has none left. */
  watch(isBusy: boolean): void {
    if (isBusy) this.#disarm ??= this.#next();
    else {
      this.#disarm?.();
      this.#disarm = undefined;
      this.#unanswered = 0;
    }
  }

  #next(): Cancel {
    return this.#pulse.clock.after(BEAT, () => this.#beat());
  }

  #beat(): void {
    const { ping, isStopped, hangs } = this.#pulse;
    if (this.#unanswered > PATIENCE || (this.#unanswered > 0 && isStopped())) {
      hangs();
      return;
    }
    this.#unanswered++;
    ping();
    this.#disarm = this.#next();
  }
}
