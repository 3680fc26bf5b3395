/** Keys whose value is a duration, or may be one. */
const DURATIONS: ReadonlySet<string> = new Set([
  'timeout',
  'kill_after',
  'deadline',
  'jitter',
  'catch_up',
  'every',
  'in',
  'interval',
  'offset',
  'delay',
  'max_delay',
  'cooldown',
  'within',
  'keep',
  'limit',
  'poll',
  'lease',
]);

const ENDING =
  /^(\w{2,}?)(?:_in)?_(milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)$/;

const EXAMPLES: Readonly<Record<string, string>> = { ms: '500ms', s: '30s', m: '5m', h: '2h', d: '1d' };

/**
 * Returns the fix for a key that ends in a unit of time: `timeout_seconds`, `killAfterMs`. `keyOf` finds the key for
 * the part before the unit.
 */
export function unitHint(written: string, keyOf: (rest: string) => string | undefined): string | undefined {
  const snake = written.replace(/(?<=[a-z])(?=[A-Z])/g, '_').replaceAll('-', '_');
  const [, rest = '', unit = ''] = ENDING.exec(snake.toLowerCase()) ?? [];
  const key = keyOf(rest);
  if (key === undefined || !DURATIONS.has(key)) return undefined;
  const example = EXAMPLES[/^(?:ms|milli)/.test(unit) ? 'ms' : unit.charAt(0)] ?? '30s';
  return `Did you mean ${key}? The unit is part of the value: ${key}: ${example}.`;
}
