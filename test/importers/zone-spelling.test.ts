import { expect, test } from 'vitest';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { ofelia } from '../../src/importers/ofelia/ofelia.js';
import { supercronic } from '../../src/importers/supercronic/supercronic.js';
import { systemd } from '../../src/importers/systemd/systemd.js';
import { isZoneFile, spellingInTzdata } from '../../src/importers/zone-spelling.js';
import type { Importer } from '../../src/importers/kind.js';

test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Etc/GMT+5', 'EST5EDT', 'America/Knox_IN', 'US/Eastern'])(
  '%s is a name in the tz database',
  (name) => {
    expect(isZoneFile(name)).toBe(true);
  },
);

test.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['EUROPE/BERLIN', 'Europe/Berlin'],
  ['asia/kolkata', 'Asia/Kolkata'],
  ['utc', 'UTC'],
  ['Nowhere/City', undefined],
])('%s is not a name in the tz database, which has %s', (name, spelling) => {
  expect(isZoneFile(name)).toBe(false);
  expect(spellingInTzdata(name)).toBe(spelling);
});

/** The messages about a source, and the zones of its timers. */
function readAll(importer: Importer, path: string, text: string) {
  const files = [{ path, text }];
  const { timers, differences } = importer.read(files, { timezone: 'Asia/Tokyo', now: 0, readBeside: () => undefined });
  const said = [...differences, ...timers.flatMap((timer) => timer.differences)];
  return {
    zones: timers.map(({ keys }) => keys['timezone']),
    said: said.map(({ message, hint = '' }) => message + hint),
  };
}

test('programs that read the tz database reject a zone in the wrong case', () => {
  const ofCrontab = readAll(crontab, 'tab', 'CRON_TZ=europe/berlin\n0 4 * * * true\n');
  expect(ofCrontab.zones).toEqual(['UTC']);
  expect(ofCrontab.said).toContainEqual(expect.stringContaining('If you mean Europe/Berlin'));
  const ofSupercronic = readAll(supercronic, 'tab', 'CRON_TZ=europe/berlin\n0 4 * * * true\n');
  expect(ofSupercronic.zones).toEqual([undefined]);
  const unit = '[Timer]\nOnCalendar=04:00 europe/berlin\n[Service]\nExecStart=/bin/true\n';
  expect(readAll(systemd, '-', unit).zones).toEqual([]);
  const ini = '[job-local "a"]\nschedule = TZ=europe/berlin 0 4 * * *\ncommand = true\n';
  expect(readAll(ofelia, 'config.ini', ini).zones).toEqual([]);
});
