import { lookup } from 'node:dns/promises';
import type { Clock } from '../../domain/clock.js';
import type { Duration } from '../../domain/time.js';
import type { TimeSample, TimeServer, TimeSource, TimeTrouble } from '../../domain/time-source.js';
import { exchange, wasSet, WAS_SET, type Endpoint, type Exchanged } from './exchange.js';
import { systemReason } from '../../system/system-reason.js';

/**
 * How many requests a measurement sends, and the pause between them. These are the values of NTP's own bursts (RFC
 * 5905, appendix A).
 */
const BURST = 4;
const PAUSE: Duration = 2_000;

/** The longest pause for a server that asks for fewer requests: NTP's largest poll interval. */
const LONGEST_REST: Duration = 2 ** 17 * 1_000;

type Timed = Extract<Exchanged, { kind: 'timed' }>;

/** An NTP server as a source of time. It uses the reply with the least delay among four (RFC 5905, 10). */
export class SntpServer implements TimeSource {
  readonly #server: TimeServer;
  readonly #name: string;
  readonly #clock: Clock;
  /** The pause after each measurement that the server has asked for; 0 if it has not. */
  #rest: Duration = 0;
  readonly #poll: Duration;
  /** When the current pause ends, on the monotonic clock; Infinity once the server rejects further requests. */
  #restsUntil = 0;
  /** How many measurements have failed. After each, the next of several addresses of a name is used. */
  #failures = 0;

  constructor(server: TimeServer, poll: Duration, clock: Clock) {
    this.#server = server;
    this.#name = nameOf(server);
    this.#poll = poll;
    this.#clock = clock;
  }

  async measure(signal: AbortSignal): Promise<TimeSample | TimeTrouble | undefined> {
    const now = this.#clock.monotonic();
    if (now < this.#restsUntil) return undefined;
    this.#restsUntil = now + this.#rest;
    const answer = await this.#ask(signal);
    if (answer.kind === 'trouble') this.#failures++;
    return answer;
  }

  async #ask(signal: AbortSignal): Promise<TimeSample | TimeTrouble> {
    const endpoint = await this.#find();
    if (typeof endpoint === 'string') return this.#trouble(endpoint);
    const answers: Timed[] = [];
    let reason = '';
    for (let count = 0; count < BURST && !signal.aborted; count++) {
      if (count > 0) await pause(this.#clock, PAUSE, signal);
      const answer = await exchange(endpoint, this.#clock, signal);
      if (answer.kind === 'kiss') return this.#kissed(answer.code);
      if (answer.kind === 'timed') answers.push(answer);
      else reason = answer.reason;
    }
    const best = answers
      .filter(({ lead }) => !wasSet(this.#clock, lead))
      .reduce<Timed | undefined>((least, next) => (least && least.delayMs <= next.delayMs ? least : next), undefined);
    if (best === undefined) return this.#trouble(answers.length > 0 ? WAS_SET : reason);
    return { kind: 'sample', source: this.#name, offsetMs: best.offsetMs, errorMs: best.errorMs };
  }

  async #find(): Promise<Endpoint | string> {
    try {
      const found = await lookup(this.#server.host, { all: true });
      const one = found[this.#failures % found.length];
      return one ? { ...one, port: this.#server.port } : 'has no address';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOTFOUND' ? 'is an unknown name' : `could not be looked up: ${systemReason(error)}`;
    }
  }

  /**
   * Follows RFC 5905, 7.4: a server that replies DENY or RSTR is not asked again, and one that replies RATE half as
   * often.
   */
  #kissed(code: string): TimeTrouble {
    switch (code) {
      case 'DENY':
      case 'RSTR':
        this.#restsUntil = Number.POSITIVE_INFINITY;
        return this.#trouble(`rejects requests from this machine (${code}), so timers does not query it again`);
      case 'RATE':
        this.#rest = Math.min(Math.max(this.#rest, this.#poll) * 2, LONGEST_REST);
        this.#restsUntil = this.#clock.monotonic() + this.#rest;
        return this.#trouble('asks for fewer requests (RATE), so timers queries it less often');
      default:
        return this.#trouble(`sends no time, only the code ${code}`);
    }
  }

  #trouble(reason: string): TimeTrouble {
    return { kind: 'trouble', source: this.#name, reason };
  }
}

const NTP_PORT = 123;

function nameOf({ host, port }: TimeServer): string {
  if (port === NTP_PORT) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function pause(clock: Clock, duration: Duration, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      disarm();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const disarm = clock.after(duration, end);
    signal.addEventListener('abort', end);
  });
}
