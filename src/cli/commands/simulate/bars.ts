/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Shown after the value. */
  readonly note: string;
}

export interface BarSize {
  readonly width: number;
  /** If false, bars are made of number signs. */
  readonly hasBlocks: boolean;
}

/** The longest bar on a wide terminal. */
const LONGEST = 48;
const SHORTEST = 8;
const INDENT = '  ';

/**
 * Renders horizontal bars: label, bar, value, note. The greatest value has the longest bar. Every value except 0 is
 * visible.
 */
export function renderBars(bars: readonly Bar[], { width, hasBlocks }: BarSize): string[] {
  const [labels, values] = [bars.map(({ label }) => label), bars.map(({ value }) => String(value))];
  const [labelWidth, valueWidth, noteWidth] = [widest(labels), widest(values), widest(bars.map(({ note }) => note))];
  const room = width - INDENT.length - labelWidth - valueWidth - noteWidth - 6;
  const longest = Math.min(LONGEST, Math.max(SHORTEST, room));
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return bars.map(({ label, value, note }, index) => {
    const length = value === 0 ? 0 : Math.max(1, Math.round((value / most) * longest));
    const bar = (hasBlocks ? '█' : '#').repeat(length).padEnd(longest);
    const amount = (values[index] ?? '').padStart(valueWidth);
    return `${INDENT}${label.padEnd(labelWidth)}  ${bar}  ${amount}  ${note}`.trimEnd();
  });
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
