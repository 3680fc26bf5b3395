import { toOutcome, type OutcomeRecord } from '../domain/api-record.js';
import { firingId } from '../domain/firing.js';
import { statusOf, type Ending, type Recorded } from '../domain/ledger.js';
import type { FiringStatus } from '../domain/outcome.js';

/** How many outcomes of a timer are shown as a strip. */
const STRIP = 12;

interface Known {
  readonly entries: readonly { readonly key: string; readonly status: FiringStatus }[];
  readonly last: OutcomeRecord;
}

export interface RecentOptions {
  readonly recorded: () => Recorded | undefined;
  readonly causeOf: (ending: Ending) => string;
}

/** The last outcomes of every timer: those of this process as they come, those before from what is recorded. Bounded by the number of timers. */
export class RecentOutcomes {
  readonly #options: RecentOptions;
  readonly #known = new Map<string, Known>();
  /** Whose record was looked up. */
  readonly #lookedUp = new Set<string>();

  constructor(options: RecentOptions) {
    this.#options = options;
  }

  add(ending: Ending): void {
    const { jobName } = ending.firing;
    this.#known.set(jobName, this.#with(this.#known.get(jobName), ending));
  }

  /** Those of `names` that were not looked up yet. */
  unknown(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.#lookedUp.has(name));
  }

  /** Looks up what is recorded of a timer; a query of twelve rows. */
  lookUp(name: string): void {
    this.#lookedUp.add(name);
    const earlier = this.#read(name);
    const since = this.#known.get(name);
    if (earlier === undefined) return;
    const isKnown = new Set(earlier.entries.map(({ key }) => key));
    const entries = [...earlier.entries, ...(since?.entries.filter(({ key }) => !isKnown.has(key)) ?? [])];
    this.#known.set(name, { entries: entries.slice(-STRIP), last: since?.last ?? earlier.last });
  }

  of(name: string): { readonly recent: readonly FiringStatus[]; readonly last: OutcomeRecord | null } {
    const known = this.#known.get(name);
    return { recent: known?.entries.map(({ status }) => status) ?? [], last: known?.last ?? null };
  }

  /** Forgets the timers that are not among `names`. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
    for (const name of this.#lookedUp) if (!names.has(name)) this.#lookedUp.delete(name);
  }

  #read(jobName: string): Known | undefined {
    let known: Known | undefined;
    try {
      const endings = this.#options.recorded()?.endings({ jobName, limit: STRIP, withoutOutput: true }) ?? [];
      for (const ending of endings) known = this.#with(known, ending);
    } catch {
      // A state that cannot be read is told of by the ledger; there is less to show.
    }
    return known;
  }

  #with(known: Known | undefined, ending: Ending): Known {
    const entry = { key: keyOf(ending), status: statusOf(ending) };
    const entries = [...(known?.entries ?? []), entry].slice(-STRIP);
    return { entries, last: toOutcome(ending, this.#options.causeOf) };
  }
}

/** Tells outcomes apart. */
export const keyOf = ({ firing, runId }: Ending): string => runId ?? firingId(firing);
