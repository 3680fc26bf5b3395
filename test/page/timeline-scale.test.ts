import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/domain/time.js';
import { RANGES, Scale } from '../../src/page/timeline-scale.js';

const NOW = Date.parse('2026-01-15T12:34:00Z');

test('two thirds of the timeline are past, one third is future, and times outside are clipped', () => {
  const scale = new Scale(NOW, 6 * HOUR, 800);
  expect([scale.place(scale.from), scale.place(NOW), scale.place(scale.until)]).toEqual([0, 66.667, 100]);
  expect([scale.place(NOW - DAY), scale.place(NOW + DAY), scale.closest]).toEqual([0, 100, 1]);
});

test('ticks are at full local times, few enough to be readable', () => {
  for (const { past } of RANGES) {
    const scale = new Scale(NOW, past, 800);
    const ticks = scale.ticks(9);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.length).toBeGreaterThan(2);
    for (const tick of ticks) expect(new Date(tick).getMinutes() % 10).toBe(0);
    if (past === 7 * DAY) for (const tick of ticks) expect(new Date(tick).getHours()).toBe(0);
  }
});
