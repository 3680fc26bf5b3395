import { expect, test } from 'vitest';
import { parseTimerFile } from '../../src/config/index.js';
import { ical } from '../../src/exporters/ical/ical.js';
import { calendarText } from '../../src/exporters/ical/calendar.js';
import { machine } from '../config/diagnose.js';

const NOW = Date.UTC(2027, 0, 15, 10, 30);

function exported(timers: string) {
  const text = `timezone: Europe/Berlin\ntimers:\n${timers.replace(/^/gm, '  ')}\n`;
  const { timerFile } = parseTimerFile({ path: '/timers.yaml', folder: '/', text }, { ...machine, start: NOW });
  return ical.write(timerFile?.jobs ?? [], { now: NOW, timezone: 'UTC' });
}

test('the firings of the next 31 days become events', () => {
  const { files, differences } = exported('backup: { cron: "30 3 * * MON", run: x, description: "a, b; c" }');
  const lines = files[0]!.text.split('\r\n');
  expect(lines.filter((line) => line.startsWith('DTSTART'))).toEqual(
    ['18', '25', '0201', '0208', '0215'].map((day) => `DTSTART:2027${day.length === 2 ? `01${day}` : day}T023000Z`),
  );
  expect(lines).toContain('UID:backup@2027-01-18T02:30:00.000Z');
  expect(lines).toContain(String.raw`DESCRIPTION:a\, b\; c`);
  expect(lines.at(-2)).toBe('END:VCALENDAR');
  expect(differences).toEqual([]);
});

test('a timer with many firings is truncated with a note, and others are not', () => {
  const { files, differences } = exported(
    'a: { every: 1m, run: x }\nb: { cron: "@daily", run: x, enabled: false }\nc: { every: { interval: 1m, from: end }, run: x }',
  );
  expect(files[0]!.text.match(/BEGIN:VEVENT/g)).toHaveLength(100);
  expect(differences.map(({ timer, severity }) => `${timer} ${severity}`)).toEqual(['a note', 'b note', 'c note']);
});

test('lines have at most 75 bytes and do not split characters', () => {
  const event = { timer: 'a', scheduledFor: NOW, startsAt: NOW, description: `${'ä€😀,'.repeat(60)}\nnext` };
  const text = calendarText([event], NOW);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(text.replaceAll('\r\n ', '')).toContain(`DESCRIPTION:${'ä€😀\\,'.repeat(60)}\\nnext\r\n`);
});
