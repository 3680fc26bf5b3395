import type { Duration, Instant } from './time.js';

/** Where the time is asked for. */
export interface TimeServer {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** How the wall clock is watched. Without these settings nothing is measured. */
export interface ClockSettings {
  readonly servers: readonly TimeServer[];
  /** `auto`: asked where chronyc is installed. */
  readonly chrony: 'auto' | boolean;
  /** An offset that is certainly larger is told. */
  readonly limit: Duration;
  /** Whether the scheduler's time follows the measured offset. The system's clock is never touched. */
  readonly discipline: boolean;
  /** Between two measurements; 64 s at least. */
  readonly poll: Duration;
}

/** One source's view of the wall clock: the true offset lies within `offsetMs` ± `errorMs`, if the source is right. */
export interface TimeSample {
  readonly kind: 'sample';
  readonly source: string;
  /** What would have to be added to the wall clock. Positive: the clock is slow. */
  readonly offsetMs: Duration;
  /** 0 or more. */
  readonly errorMs: Duration;
}

/** Why a source could not tell. The same cause has the same words, so that it can be told once. */
export interface TimeTrouble {
  readonly kind: 'trouble';
  readonly source: string;
  /** Goes on behind the source's name: `does not answer`. */
  readonly reason: string;
}

/** A place to ask for the time. */
export interface TimeSource {
  /**
   * Compares the wall clock with the source's. Never rejects, and is over within a minute; at once when `signal` aborts, and then no
   * socket, process or timer is left (only the look-up of a name cannot be taken back). `undefined`: nothing to say this time, which is no
   * failure: a pause that was asked for.
   */
  measure(signal: AbortSignal): Promise<TimeSample | TimeTrouble | undefined>;
}

/** What is known of the wall clock, by all sources that agree. */
export interface ClockOffset {
  readonly offsetMs: Duration;
  readonly errorMs: Duration;
  /** The sources that agree, joined by commas. */
  readonly source: string;
  /** When it was measured, by the scheduler's own time. */
  readonly at: Instant;
}
