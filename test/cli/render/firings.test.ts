import { describe, expect, test } from 'vitest';
import { printFirings } from '../../../src/cli/render/firings.js';
import { capturedTerminal, instant } from '../../support/past.js';
import { everyMs, job } from '../../support/rig.js';

const NOW = instant('2026-11-23T10:00:00');
const NAME = 'a-name-that-takes-some-room-in-a-table';

/** What `next` prints for timers in these zones, on both streams. */
function shown(zones: readonly string[], terminal = capturedTerminal()) {
  const firings = zones.map((timezone) => ({
    job: job(NAME, everyMs(60_000), { timezone, offset: 61_000 }),
    scheduledFor: NOW + 60_000,
    startsAt: NOW + 121_000,
  }));
  printFirings(firings, { terminal, now: NOW, asJson: false });
  return terminal.said;
}

describe('the zone of upcoming firings is never truncated', () => {
  const KATHMANDU = 'Asia/Kathmandu';

  test('in a pipe, every column is complete at any width', () => {
    expect(shown([KATHMANDU], capturedTerminal({ width: 40, isPiped: true }))).toEqual({
      out: [`Mon 2026-11-23 15:47:01 +05:45  ${KATHMANDU}  ${NAME}  in 2 min 1 s, due 15:46:00`],
      err: [],
    });
  });

  test('on a wide terminal, every column is complete', () => {
    expect(shown([KATHMANDU], capturedTerminal({ width: 120 })).out[0]).toContain(`  ${KATHMANDU}  ${NAME}  `);
  });

  test.each([40, 60, 80])('on a terminal of %i columns, the zone is shown once, below the table', (width) => {
    const { out, err } = shown([KATHMANDU, KATHMANDU], capturedTerminal({ width }));
    expect(out[0]).toMatch(/^Mon 2026-11-23 15:47:01 \+05:45 {2}a-name-\S*… {2}in 2 min 1 s, due 15:46:00$/);
    expect(err).toEqual([`Times are in ${KATHMANDU}.`]);
  });

  test('with several zones, each is named and each time has its offset', () => {
    const { out, err } = shown([KATHMANDU, 'America/Argentina/ComodRivadavia'], capturedTerminal({ width: 60 }));
    expect(out.map((line) => line.slice(0, 30))).toEqual([
      'Mon 2026-11-23 15:47:01 +05:45',
      'Mon 2026-11-23 07:02:01 -03:00',
    ]);
    expect(err).toEqual([`Times are in the zone of each timer: ${KATHMANDU}, America/Argentina/ComodRivadavia.`]);
  });
});
