import { quoted } from '../../text/quoted.js';
import { ScheduleError } from '../kind.js';
import type { FieldPosition } from './position.js';

const HASHED = /^H(?:\((\d+)-(\d+)\))?(?:\/(\d+))?$/;

/**
 * Replaces the item `H`, `H/n`, `H(a-b)` or `H(a-b)/n` with a plain one, derived from the seed and spread evenly. Other
 * items stay as they are.
 * @throws ScheduleError if the range or the step is invalid.
 */
export function resolveHash(position: FieldPosition, item: string, seed: string): string {
  if (!item.startsWith('H')) return item;
  const parts = HASHED.exec(item);
  if (!parts) throw refused(position, item, 'is not understood', 'Write H, H/15, H(0-29) or H(0-29)/10.');
  const from = Number(parts[1] ?? position.min);
  const to = Number(parts[2] ?? position.hashMax);
  if (from > to || from < position.min || to > position.max) {
    const hint = `Write a range within ${position.min}-${position.max}, the smaller value first.`;
    throw refused(position, item, 'does not have a valid range', hint);
  }
  const length = to - from + 1;
  const hash = hashOf(`${position.name} ${seed}`);
  if (parts[3] === undefined) return `${from + (hash % length)}`;
  const step = Number(parts[3]);
  if (step === 0) throw refused(position, item, 'steps by 0', 'A step is 1 or more.');
  return `${from + (hash % Math.min(step, length))}-${to}/${step}`;
}

const refused = ({ name }: FieldPosition, item: string, what: string, hint: string): ScheduleError =>
  new ScheduleError('cron-hash', `${name}: ${quoted(item)} ${what}.`, { hint });

/**
 * Returns an unsigned 32-bit hash: FNV-1a with the finalizer of MurmurHash3, without which the last letter hardly
 * changes the high bits.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
