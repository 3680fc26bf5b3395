import type { Duration, Instant } from './time.js';

/** A time server. */
export interface TimeServer {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** How the wall clock is checked. Without these settings nothing is measured. */
export interface ClockSettings {
  readonly servers: readonly TimeServer[];
  /** Whether to measure with the clock of the shared state's store. */
  readonly state?: boolean;
  /** Whether to ask chrony. `auto` asks it if chronyc is installed. */
  readonly chrony: 'auto' | boolean;
  /** The largest offset that is not reported. Only a certainly larger offset is. */
  readonly limit: Duration;
  /** Whether the scheduler's time follows the measured offset. The system clock never changes. */
  readonly discipline: boolean;
  /** The time between two measurements; at least 64 s. */
  readonly poll: Duration;
}

/** One source's view of the wall clock: the true offset is within `offsetMs` ± `errorMs`, if the source is right. */
export interface TimeSample {
  readonly kind: 'sample';
  readonly source: string;
  /** What to add to the wall clock. Positive: the clock is slow. */
  readonly offsetMs: Duration;
  /** 0 or more. */
  readonly errorMs: Duration;
}

/** Why a source did not return the time. The same cause always has the same words, so that it is logged only once. */
export interface TimeTrouble {
  readonly kind: 'trouble';
  readonly source: string;
  /** Continues a sentence that begins with the source's name: `does not respond`. */
  readonly reason: string;
}

/** A source of the time. */
export interface TimeSource {
  /**
   * Compares the wall clock with that of the source. Never rejects, and finishes within a minute; at once when `signal`
   * aborts. Resolves to `undefined` if the source requested a pause, which is not a failure.
   */
  measure(signal: AbortSignal): Promise<TimeSample | TimeTrouble | undefined>;
}

/**
 * Returns the time of a shared state's store; `undefined` if it has no clock. Takes a few seconds at most. Rejects with
 * the reason as the message: `it does not respond`.
 */
export type StateTime = () => Promise<Instant | undefined>;

/** What all agreeing sources know about the wall clock. */
export interface ClockOffset {
  readonly offsetMs: Duration;
  readonly errorMs: Duration;
  /** The sources that agree, joined by commas. */
  readonly source: string;
  /** When it was measured, in the scheduler's own time. */
  readonly at: Instant;
}
