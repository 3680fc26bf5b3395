import { systemReason } from '../system/system-reason.js';
import { hostOf, withHostsAlone } from '../domain/web-request.js';
import { counted } from '../text/counted.js';

/** The maximum number of the library's messages that are passed on. They contain numbers, so none repeats exactly. */
const NOTICES = 10;
const LONGEST = 300;
/** The maximum number of spans in flight, about 1 KB each. */
export const MOST_WAITING = 8_192;

/** Counts spans in flight, and reports once when a collector rejects them, and once when it accepts them again. */
export class CollectorWatch {
  readonly #collector: string;
  readonly #tell: (sentence: string) => void;
  readonly #noticed = new Set<string>();
  /** Spans in flight. */
  #waiting = 0;
  /** Spans that failed to arrive since the last one that did. */
  #lost = 0;
  #isInTrouble = false;

  constructor(url: string, tell: (sentence: string) => void) {
    this.#collector = hostOf(url);
    this.#tell = tell;
  }

  /** Returns whether there is room for one more span; if not, the span is counted as lost. */
  admits(): boolean {
    if (this.#waiting < MOST_WAITING) {
      this.#waiting++;
      return true;
    }
    this.#failed(1, `${MOST_WAITING} spans are waiting to be sent`);
    return false;
  }

  /** Call this when an export of this many spans has ended. */
  answered(spans: number, error: Error | undefined): void {
    this.#waiting -= spans;
    if (error !== undefined) {
      this.#failed(spans, reasonOf(error));
      return;
    }
    if (this.#isInTrouble) this.#tell(`${this.#collector} accepts spans again; ${counted(this.#lost, 'span')} lost`);
    this.#isInTrouble = false;
    this.#lost = 0;
  }

  /** Call this with a message of the library. Failed exports have already been reported. */
  noticed(message: string): void {
    const sentence = withoutValues(message).replace(/\s+/g, ' ').slice(0, LONGEST);
    if (this.#isInTrouble || this.#noticed.size >= NOTICES || this.#noticed.has(sentence)) return;
    this.#noticed.add(sentence);
    this.#tell(sentence);
  }

  /** Call this when nothing is sent any longer. */
  close(): void {
    const lost = this.#lost + this.#waiting;
    if (lost > 0) this.#tell(`${this.#collector} did not receive the last ${lost === 1 ? 'span' : `${lost} spans`}`);
  }

  #failed(spans: number, reason: string): void {
    this.#lost += spans;
    if (!this.#isInTrouble) this.#tell(`${this.#collector} accepts no spans (${reason}); the timers keep running`);
    this.#isInTrouble = true;
  }
}

/**
 * Removes values from a message. The library repeats values that it cannot use, and an address or a header may contain
 * a secret.
 */
const withoutValues = (message: string): string =>
  /\b(?:URL|Header)\b/.test(message) ? message.replace(/'.*'|\(.*\)/gs, '…') : withHostsAlone(message);

/** The library's words for responses after which it retries. */
const RETRIED = 'Export failed with retryable status';
/** The library's words for too many requests at once. */
const BUSY = 'Concurrent export limit reached';

/** Returns the system's code, even if the library has it only in its text or in the cause. */
function codeOf(error: Error): number | string | undefined {
  const { code, cause } = error as Error & { readonly code?: number | string };
  if (code !== undefined && code !== '') return code;
  if (/\btimed out\b/i.test(error.message)) return 'ETIMEDOUT';
  return (
    /\b(?:E[A-Z]{4,}|EAI_AGAIN)\b/.exec(error.message)?.[0] ?? (cause instanceof Error ? codeOf(cause) : undefined)
  );
}

/**
 * Returns why an export failed. If both addresses of a host (`localhost`) refuse, Node's error has a code but no
 * message.
 */
function reasonOf(error: Error): string {
  const { message } = error;
  const code = codeOf(error);
  if (typeof code === 'string')
    return systemReason({ code, message: withHostsAlone(message) || code }).slice(0, LONGEST);
  if (message === RETRIED) return 'HTTP 429, 502, 503 or 504, even after retries';
  if (message === BUSY) return 'earlier spans are still being sent';
  const status = typeof code === 'number' ? `HTTP ${code} ` : '';
  return `${status}${withHostsAlone(message) || String(code ?? error.name)}`.trim().slice(0, LONGEST);
}
