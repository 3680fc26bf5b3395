import { expect, test } from 'vitest';
import { findTimeZone } from '../../src/schedules/zone/zone-name.js';
import { shownAt } from '../schedules/oracle.js';
import { NASTY_ZONES, transitions } from '../schedules/transitions.js';

test.each(NASTY_ZONES)('the offsets of %s equal those of Intl around every change and in between', (name) => {
  const zone = findTimeZone(name)!;
  const changes = transitions(name, Date.UTC(1965), Date.UTC(2040));
  const far = [Date.UTC(1850), Date.UTC(1905, 5), Date.UTC(2150, 6, 3), Date.UTC(2199, 11, 31), Date.UTC(9999, 6)];
  for (const instant of [...changes.flatMap((change) => [change - 1_000, change, change + 40 * 86_400_000]), ...far]) {
    expect([instant, zone.stretchAt(instant / 1_000).offset]).toEqual([
      instant,
      (shownAt(instant, name) - instant) / 1_000,
    ]);
  }
});
