import { expect, test } from 'vitest';
import { resetInWords } from '../../src/cli/commands/reset/words.js';

const next_at = '2026-11-29T09:13:21.000Z';
const AFTERWARDS =
  'timers: this moves one firing. After it, or after a restart, the schedule in the file applies again.';

test('reset prints the actual start with the nominal time, and the next firing', () => {
  const answer = { next_at, starts_at: '2026-11-29T09:13:23.000Z', breaker_closed: false };
  expect(resetInWords('j', answer, 'UTC')).toEqual([
    'timers: j starts at Sun 2026-11-29 09:13:23 +00:00, due 09:13:21, in UTC',
    AFTERWARDS,
  ]);
});

test('without jitter, or from an older scheduler, reset prints when the timer is due', () => {
  const said = 'is due at Sun 2026-11-29 09:13:21 +00:00 UTC';
  const answer = { next_at, starts_at: next_at, breaker_closed: true };
  const closed = 'runs again: its breaker is closed';
  expect(resetInWords('j', answer, 'UTC')).toEqual([`timers: j ${said}, and ${closed}`, AFTERWARDS]);
  expect(resetInWords('in:x', { next_at, breaker_closed: false }, 'UTC')).toEqual([`timers: in:x ${said}`]);
  expect(resetInWords('j', { ...answer, next_at: null, starts_at: null }, 'UTC')).toEqual([`timers: j ${closed}`]);
});
