import { expect, test } from 'vitest';
import { DAY } from '../../src/domain/time.js';
import { upcomingFirings } from '../../src/engine/upcoming-firings.js';
import { parseScheduleAt, type ScheduleSpec } from '../../src/schedules/index.js';
import { simulate } from '../../src/simulation/simulate.js';
import { job } from '../support/rig.js';
import { scenario } from '../simulation/scenario.js';

/** Each with a year in which its clock does something interesting. */
const ZONES: readonly (readonly [zone: string, year: number])[] = [
  ['Australia/Lord_Howe', 2027],
  ['Pacific/Chatham', 2027],
  ['America/New_York', 2027],
  ['Europe/Berlin', 2027],
  ['America/Sao_Paulo', 2018],
  ['Africa/Cairo', 2027],
  ['Pacific/Apia', 2011],
  ['Asia/Kolkata', 2027],
];

const SPECS: readonly ScheduleSpec[] = [
  { cron: '30 2 * * *' },
  { cron: '0 0 * * *' },
  { cron: '*/20 * * * *' },
  { cron: '15 1-3 * * SUN' },
  { cron: '30 2 * * *', dst: { gap: 'skip', repeat: 'both' } },
  { every: { interval: '45m', offset: '7m' } },
];

test.each(ZONES)('a year in %s: the simulation starts exactly the firings that next predicts', async (zone, year) => {
  const span = { from: Date.UTC(year, 0, 1), until: Date.UTC(year + 1, 0, 1) };
  const jobs = SPECS.map((spec, index) =>
    job(`job-${index}`, parseScheduleAt({ ...spec, timezone: zone }, { start: span.from }), { timezone: zone }),
  );
  const started: string[] = [];
  await simulate(scenario(jobs, DAY, { span }), ({ kind, job: { name }, at }) => {
    if (kind === 'start') started.push(`${name}@${at}`);
  });
  const foretold = Array.from(
    upcomingFirings(jobs, { ...span, count: Infinity }),
    ({ job: { name }, scheduledFor }) => `${name}@${scheduledFor}`,
  );
  expect(started.length).toBeGreaterThan(38_000);
  expect([...started].sort()).toEqual([...foretold].sort());
});
