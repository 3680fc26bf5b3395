import type { TimeSample } from '../domain/time-source.js';
import type { Duration } from '../domain/time.js';

/** What several sources agree on. */
export interface MajorityOffset {
  /** Where the true offset is according to all sources that agree; absent if there is no majority. */
  readonly offset?: { readonly offsetMs: Duration; readonly errorMs: Duration };
  readonly truechimers: readonly TimeSample[];
  /** The sources whose interval does not overlap that of the majority; all sources if there is no majority. */
  readonly falsetickers: readonly TimeSample[];
}

/**
 * Finds the interval that more than half of the samples support (Marzullo; RFC 5905, 11.2.1, without its check of
 * midpoints). If several intervals have equal support, the result spans all of them.
 */
export function majorityOffset(samples: readonly TimeSample[]): MajorityOffset {
  const edges = samples.flatMap(edgesOf).sort((a, b) => a.at - b.at || b.step - a.step);
  let count = 0;
  const stretches = edges.map(({ at, step }, index) => {
    count += step;
    return { count, from: at, to: edges[index + 1]?.at ?? at };
  });
  const most = Math.max(0, ...stretches.map((stretch) => stretch.count));
  if (most * 2 <= samples.length) return { truechimers: [], falsetickers: samples };
  const shared = stretches.filter((stretch) => stretch.count === most);
  const low = Math.min(...shared.map(({ from }) => from));
  const high = Math.max(...shared.map(({ to }) => to));
  const isTrue = ({ offsetMs, errorMs }: TimeSample) => offsetMs - errorMs <= high && offsetMs + errorMs >= low;
  return {
    offset: { offsetMs: (low + high) / 2, errorMs: (high - low) / 2 },
    truechimers: samples.filter(isTrue),
    falsetickers: samples.filter((sample) => !isTrue(sample)),
  };
}

/** Returns where a sample's interval starts and ends. An interval that starts where another ends still overlaps it. */
const edgesOf = ({ offsetMs, errorMs }: TimeSample) => [
  { at: offsetMs - errorMs, step: 1 },
  { at: offsetMs + errorMs, step: -1 },
];
