import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemd } from '../../../src/importers/systemd/systemd.js';
import { readSources } from '../../../src/cli/commands/import/read-sources.js';

test('an instance without a file is read from its template, and a missing unit is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timers-template-'));
  try {
    writeFileSync(join(folder, 'job@.timer'), '[Timer]\n');
    const { files, faults } = readSources(['job@home.timer', 'other@home.timer'], folder, undefined);
    expect(files).toEqual([{ path: 'job@home.timer', text: '[Timer]\n' }]);
    expect(faults).toEqual([expect.stringContaining('other@home.timer cannot be read')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('drop-ins of a timer and of its template are each read once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timers-drop-ins-'));
  try {
    for (const [unit, name] of [
      ['job@.timer.d', 'a.conf'],
      ['job@home.service.d', 'b.conf'],
      ['job@home.service.d', 'b.conf~'],
      ['job@other.service.d', 'c.conf'],
    ] as const) {
      mkdirSync(join(folder, unit), { recursive: true });
      writeFileSync(join(folder, unit, name), '');
    }
    writeFileSync(join(folder, 'job@.timer'), '');
    const { files } = readSources(['job@home.timer', 'job@home.service.d/b.conf'], folder, undefined);
    expect(files.map(({ path }) => path)).toEqual([
      'job@home.timer',
      'job@.timer.d/a.conf',
      'job@home.service.d/b.conf',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The environment of an instance with these drop-ins. */
function environment(dropIns: Readonly<Record<string, string>>, beside?: string) {
  const files = [
    { path: 'a-job@home.timer', text: '[Timer]\nOnCalendar=daily\n' },
    ...(beside === undefined ? [{ path: 'a-job@.service', text: '[Service]\nExecStart=/bin/a\n' }] : []),
    ...Object.entries(dropIns).map(([path, text]) => ({ path, text: `[Service]\n${text}\n` })),
  ];
  const readBeside = (_: string, named: string) =>
    named === beside ? { path: named, text: '[Service]\nExecStart=/bin/a\n' } : undefined;
  const { timers } = systemd.read(files, { timezone: 'UTC', now: 0, readBeside });
  return timers.map(({ keys }) => keys['env']);
}

test.each([
  ['its template', { 'a-job@.service.d/x.conf': 'Environment=A=1' }],
  ['the instance', { 'a-job@home.service.d/x.conf': 'Environment=A=1' }],
  ['a prefix', { 'a-@.service.d/x.conf': 'Environment=A=1' }],
  ['all services', { 'service.d/x.conf': 'Environment=A=1' }],
  [
    'the instance, which override those of its template',
    { 'a-job@.service.d/x.conf': 'Environment=B=1', 'a-job@home.service.d/x.conf': 'Environment=A=1' },
  ],
  [
    'both, ordered by name',
    { 'a-job@home.service.d/1.conf': 'Environment=A=2', 'a-job@.service.d/2.conf': 'Environment=A=1' },
  ],
])('an instance has the drop-ins of %s', (_, dropIns) => {
  expect(environment(dropIns)).toEqual([{ A: '1' }]);
  expect(environment(dropIns, 'a-job@.service')).toEqual([{ A: '1' }]);
});

test('an instance has no drop-ins of other units', () => {
  const other = 'Environment=A=1';
  expect(environment({ 'a-job@b.service.d/x.conf': other, 'b-.service.d/x.conf': other })).toEqual([undefined]);
});
