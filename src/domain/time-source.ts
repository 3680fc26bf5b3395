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
  /** Whether to ask the store of the shared state. */
  readonly state?: boolean;
  /** `auto`: used if chronyc is installed. */
  readonly chrony: 'auto' | boolean;
  /** An offset that is certainly larger is reported. */
  readonly limit: Duration;
  /** Whether the scheduler's time follows the measured offset. The system clock never changes. */
  readonly discipline: boolean;
  /** Between two measurements; at least 64 s. */
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

/** Why a source did not return the time. Equal causes have equal words, so that each is logged only once. */
export interface TimeTrouble {
  readonly kind: 'trouble';
  readonly source: string;
  /** Continues after the source's name: `does not answer`. */
  readonly reason: string;
}

/** A source of the time. */
export interface TimeSource {
  /**
   * Compares the wall clock with the source's. Never rejects, and finishes within a minute; at once when `signal`
   * aborts. Equal causes have equal words, so that each is logged only once. `undefined`: no result this time. This is
   * not a failure: the source requested a pause.
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
