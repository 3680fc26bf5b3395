import { expect, test } from 'vitest';
import { printReading } from '../../src/cli/show-reading.js';
import { changesBetween } from '../../src/daemon/plan-change.js';
import { finish } from '../../src/turns/steps.js';
import { capturedTerminal, instant } from '../support/past.js';
import { everyMs, job } from '../support/rig.js';

const HOUR = 3_600_000;
const NOW = instant('2026-11-23T10:02:00');

/** What `diff` shows and its JSON for a timer that gets jitter. */
function changed() {
  const definition = (jitter: string) => ({ definition: { jitter } });
  const before = job('backup', everyMs(HOUR), definition('0s'));
  const after = job('backup', everyMs(HOUR), { ...definition('1h'), offset: 252_345 });
  const changes = finish(changesBetween([{ job: before, next: NOW + 58 * 60_000 }], [after], NOW));
  const terminal = capturedTerminal({ width: 120 });
  const reading = { valid: true, file: '/desk/timers.yaml', changes, needs_restart: [] } as const;
  printReading(reading, { terminal, timezone: 'Europe/Berlin', isDry: true, asJson: false });
  return { changes, row: terminal.said.out[1] };
}

test('diff and reload show the actual start under jitter, with the nominal time next to it', () => {
  const { row, changes } = changed();
  const [, , , before, after] = row?.split(/ {2,}/) ?? [];
  expect([before, after]).toEqual(['Mon 2026-11-23 12:00:00 +01:00', 'Mon 2026-11-23 12:04:12 +01:00, due 12:00:00']);
  expect(changes).toMatchObject([
    {
      next_before: '2026-11-23T11:00:00.000Z',
      next_after: '2026-11-23T11:00:00.000Z',
      starts_before: '2026-11-23T11:00:00.000Z',
      starts_after: '2026-11-23T11:04:12.345Z',
    },
  ]);
});
