import { aboutFile, loadArrivedFile, type Diagnostic, type Loaded } from '../../config/index.js';
import type { WebClient } from '../../delivery/index.js';
import type { Clock } from '../../domain/clock.js';
import type { StatePlace } from '../../domain/state-place.js';
import { SECOND, type Duration, type Instant } from '../../domain/time.js';
import { systemReason } from '../../system/system-reason.js';
import { thisMachine } from '../../this-machine.js';
import { fetchVersion, isSigned, shownUrl, type Fetched, type OriginAddress } from './fetch-version.js';
import { digestOf, type KeptVersion, type OriginCopy, type Version } from './copy.js';

export interface OriginOptions extends OriginAddress {
  /** The pause between two requests. */
  readonly every: Duration;
  /** The pause before the second request: spreads the requests of many machines that start at the same moment. */
  readonly firstPause: Duration;
  readonly copy: OriginCopy;
  /** The state in use, whatever the file says. */
  readonly state?: StatePlace | undefined;
  readonly client: WebClient;
  readonly clock: Clock;
}

/** Why no timer file is available for the start. */
type Failure = Pick<Loaded, 'problems' | 'source'>;

/** How long a start that has a copy waits for the server. */
const FIRST_PATIENCE: Duration = 2 * SECOND;

/** Where the timer file comes from: a server, and the last good copy of what it sent. */
export class Origin {
  /** The URL without possible secrets. */
  readonly shown: string;
  readonly every: Duration;
  readonly firstPause: Duration;
  /** The result of the first request, until the running scheduler uses it. */
  first: Promise<Fetched> = Promise.resolve({ kind: 'unchanged' });
  readonly #options: OriginOptions;
  readonly #stop = new AbortController();
  #kept: KeptVersion | undefined;
  /** The last version that the server sent, usable or not. */
  #seen: { readonly etag: string | undefined; readonly digest: string } | undefined;

  constructor(options: OriginOptions) {
    this.#options = options;
    this.shown = shownUrl(options.url);
    this.every = options.every;
    this.firstPause = options.firstPause;
  }

  /** The path of the copy. */
  get path(): string {
    return this.#options.copy.path;
  }

  /** The version in use. */
  get kept(): KeptVersion | undefined {
    return this.#kept;
  }

  /**
   * Gets a timer file to start with, from the server or from the copy. If there is a copy, the start waits 2 s for the
   * server, and a later response is a reload. Returns why there is no file. Never rejects.
   */
  async open(): Promise<Failure | undefined> {
    const problem = await this.#openCopy();
    this.first = this.fetch();
    const fetched = await (this.#kept ? Promise.race([this.first, this.#patience()]) : this.first);
    const failure = fetched && (await this.#openWith(fetched));
    if (this.#kept !== undefined || failure === undefined) return undefined;
    return problem ? { ...failure, problems: [...failure.problems, problem] } : failure;
  }

  /** Opens the copy. Returns why an existing one is not used. */
  async #openCopy(): Promise<Diagnostic | undefined> {
    const read = await this.#options.copy.read();
    if (read.kind === 'none') return undefined;
    if (read.kind === 'unusable') return this.#unusable(read.reason);
    if (!this.#isTrusted(read.kept)) return this.#unusable('the key of --verify-key has not signed it');
    this.#use(read.kept);
    return undefined;
  }

  #unusable(reason: string): Diagnostic {
    const hint = 'The next response of the server replaces it.';
    return aboutFile('copy-unusable', `The copy ${this.path} is not used: ${reason}.`, hint);
  }

  /** Asks the server for a version other than the last one it sent. Never rejects. */
  fetch(): Promise<Fetched> {
    const { client } = this.#options;
    return fetchVersion(this.#options, { client, stop: this.#stop.signal, etag: this.#seen?.etag });
  }

  /** Notes a version that the server sent. Returns whether its text is the same as last time. */
  hasSeen({ bytes, etag }: Version): boolean {
    const digest = digestOf(bytes);
    const isSame = digest === this.#seen?.digest;
    this.#seen = { etag, digest };
    return isSame;
  }

  /** Whether the server sent the version in use last time. */
  get isCurrent(): boolean {
    return this.#kept !== undefined && this.#seen?.digest === digestOf(this.#kept.bytes);
  }

  /**
   * Replaces the copy with a version. Returns the reason if that failed; the version is then requested again. Never
   * rejects.
   */
  async keep(version: Version, at: Instant): Promise<Diagnostic | undefined> {
    try {
      await this.#options.copy.keep(version, at);
      this.#use({ ...version, confirmedAt: at });
      return undefined;
    } catch (error) {
      this.#seen = undefined;
      const message = `The copy ${this.path} cannot be written: ${systemReason(error)}.`;
      return aboutFile('file-not-kept', message, 'The timer file is used once its copy is on the disk.');
    }
  }

  /** Records that the server has confirmed the version in use. Never rejects. */
  async confirm(at: Instant): Promise<void> {
    if (this.#kept === undefined) return;
    this.#kept = { ...this.#kept, confirmedAt: at };
    // A failure is ignored, because only the age after a restart depends on the time on disk.
    await this.#options.copy.confirm(this.#kept.bytes, at).catch(() => undefined);
  }

  /** Cancels a request that has no response yet. */
  stop(): void {
    this.#stop.abort();
  }

  /** Uses the result of the first request. Returns why that is not possible. */
  async #openWith(fetched: Fetched): Promise<Failure | undefined> {
    if (fetched.kind === 'unchanged') return undefined;
    if (fetched.kind !== 'version') return { problems: [problemOf(fetched, this.shown)], source: '' };
    const now = this.#options.clock.now();
    const { version } = fetched;
    const { path, shown } = this;
    const loaded = await loadArrivedFile({ path, shown, bytes: version.bytes }, thisMachine(now, this.#options.state));
    if (loaded.timerFile === undefined) return loaded;
    const problem = await this.keep(version, now);
    return problem && { problems: [problem], source: '' };
  }

  /** With a key, only a signed copy is used. */
  #isTrusted({ bytes, signature }: KeptVersion): boolean {
    const { verifyKey } = this.#options;
    return verifyKey === undefined || isSigned(bytes, signature, verifyKey);
  }

  #use(kept: KeptVersion): void {
    this.#kept = kept;
    this.#seen = { etag: kept.etag, digest: digestOf(kept.bytes) };
  }

  #patience(): Promise<undefined> {
    return new Promise((resolve) => this.#options.clock.after(FIRST_PATIENCE, () => resolve(undefined)));
  }
}

/** Turns a result without a version into a problem of the file. */
export const problemOf = (
  fetched: Extract<Fetched, { readonly kind: 'unreachable' | 'refused' }>,
  shown: string,
): Diagnostic =>
  fetched.kind === 'refused'
    ? fetched.problem
    : aboutFile('server-unreachable', `${shown} cannot be loaded: ${fetched.reason}.`);
