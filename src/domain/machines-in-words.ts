import { humanDuration } from './human-duration.js';
import type { SharedRecord } from './status-record.js';
import type { Instant } from './time.js';

/**
 * Describes the active and the standby machines: `one is active, its lease lasts 4.2 s`, `two stands by`. `where`
 * follows "active".
 */
export function machinesInWords(
  { active, others, role, node, lease_ms_left: left }: SharedRecord,
  where = '',
): readonly string[] {
  const lease = left === null ? '' : `, its lease lasts ${humanDuration(left)}`;
  const peers = others.map(({ name, has_same_timers: same }) =>
    same ? name : `${name} (with a different timer file)`,
  );
  const standing = (role === 'standby' ? [node, ...peers] : peers).filter((name) => name !== active);
  return [
    active === null ? `no machine is active${where}` : `${active} is active${where}${lease}`,
    standing.length === 0
      ? 'no machine is standing by'
      : `${standing.join(', ')} ${standing.length === 1 ? 'stands' : 'stand'} by`,
  ];
}

/**
 * Describes how the active machine became active, to follow its name: `took over from two 3 min ago`; `undefined` if
 * unknown.
 */
export function takeoverInWords({ took_over: takeover }: SharedRecord, now: Instant): string | undefined {
  if (!takeover) return undefined;
  const { at, from, gap_ms: gap, times } = takeover;
  const ago = `${humanDuration(Math.max(0, now - Date.parse(at)))} ago`;
  const often = times > 1 ? `, ${times} takeovers since it started` : '';
  if (from === null) return `became active ${ago}, as the first machine of this state${often}`;
  const after = gap === null ? '' : `, ${humanDuration(gap)} after that machine was last seen`;
  return `took over from ${from} ${ago}${after}${often}`;
}
