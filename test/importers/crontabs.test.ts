import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { entryForm } from '../../src/importers/crontab/entry.js';
import { cronieLoop, HORIZON } from './cronie-loop.js';
import { firings, imported } from './imported.js';

const FOLDER = join(import.meta.dirname, 'crontabs');
const paths = readdirSync(FOLDER, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + 1))
  .sort();

const timezone = 'Europe/Berlin';
/** Before a clock change in spring, and in autumn. */
const STARTS = [Date.UTC(2027, 2, 27, 12), Date.UTC(2027, 9, 30, 12)];

const crontabs = paths.map((path) => {
  const text = readFileSync(join(FOLDER, path), 'utf8');
  return { path, text, result: imported(crontab, text, { path: `/${path}`, timezone }) };
});

test('the samples include user and system crontabs', () => {
  expect(crontabs.length).toBeGreaterThan(20);
});

describe.each(crontabs)('$path', ({ path, text, result }) => {
  const lines = text.split('\n');

  test('is recognized, and all of it becomes valid timers', () => {
    expect(crontab.recognize({ path, text })).toBeGreaterThan(0.7);
    expect(result.differences.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.jobs).toHaveLength(lines.filter((line) => !/^\s*(#|$|\w+\s*=)/.test(line)).length);
  });

  test.each(STARTS)('its timers fire when cronie would, 20 times from %d on', (from) => {
    for (const [index, job] of result.jobs.entries()) {
      const place = result.read.timers[index]!.place;
      const when = entryForm(lines[place.line - 1]!)!.when;
      if (when === '@reboot') continue;
      const expected = cronieLoop(when, { from, until: from + HORIZON, timezone, count: 20 });
      const found = firings(job, expected.length, from);
      expect({ when, found }).toEqual({ when, found: expected.map((instant) => new Date(instant).toISOString()) });
      if (expected.length < 20) expect(job.schedule.next(expected.at(-1) ?? from)).toBeGreaterThan(from + HORIZON);
    }
  });
});

test('timers get names and descriptions', () => {
  const told = crontabs.flatMap(({ path, result: { names, jobs } }) =>
    names.map((name, index) => [path, name, jobs[index]?.description].filter((part) => part !== undefined).join(' - ')),
  );
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "etc/cron.d/0hourly - 0hourly
    etc/cron.d/anacron - anacron
    etc/cron.d/certbot - certbot
    etc/cron.d/e2scrub_all - e2scrub_all_cron
    etc/cron.d/e2scrub_all - e2scrub_all
    etc/cron.d/freebsd-like - freebsd-like-save-entropy
    etc/cron.d/freebsd-like - freebsd-like-newsyslog
    etc/cron.d/freebsd-like - freebsd-like-periodic
    etc/cron.d/freebsd-like - freebsd-like-periodic-2
    etc/cron.d/freebsd-like - freebsd-like-periodic-3
    etc/cron.d/freebsd-like - freebsd-like-adjkerntz
    etc/cron.d/mailman - mailman-checkdbs - At 8AM every day, mail reminders to admins as to pending requests.
    etc/cron.d/mailman - mailman-senddigests - Noon, mail digests for lists that do periodic as well as threshhold delivery.
    etc/cron.d/mailman - mailman-mailpasswds - 5 AM on the first of each month, mail out password reminders.
    etc/cron.d/mailman - mailman-gate_news - Every 5 mins, try to gate news to mail.
    etc/cron.d/mdadm - mdadm - By default, run at 00:57 on every Sunday, but do nothing unless the day of the month is less than or equal to 7.
    etc/cron.d/munin-node - munin-node-munin-run - A plugin needs fresh data of the package manager.
    etc/cron.d/munin-node - munin-node-munin-limits
    etc/cron.d/php - php - Look for and purge old sessions every 30 minutes
    etc/cron.d/raid-check - raid-check - Run system wide raid-check once a week on Sunday at 1am by default
    etc/cron.d/roundcube - roundcube - Delete old entries of the database
    etc/cron.d/sysstat - sysstat-debian-sa1
    etc/cron.d/sysstat - sysstat-debian-sa1-2 - Additional run at 23:59 to rotate the statistics file
    etc/cron.d/zfsutils-linux - zfsutils-linux-trim - TRIM the first Sunday of every month.
    etc/cron.d/zfsutils-linux - zfsutils-linux-scrub - Scrub the second Sunday of every month.
    etc/crontab - cron.hourly
    etc/crontab - cron.daily
    etc/crontab - cron.weekly
    etc/crontab - cron.monthly
    user/alpine.crontab - 15min
    user/alpine.crontab - hourly
    user/alpine.crontab - daily
    user/alpine.crontab - weekly
    user/alpine.crontab - monthly
    user/backup.crontab - restic-backup
    user/backup.crontab - rsync
    user/backup.crontab - docker-exec
    user/backup.crontab - sync
    user/days.crontab - either - Both day fields, and each of them
    user/days.crontab - both
    user/days.crontab - first-week
    user/days.crontab - workdays
    user/days.crontab - leap
    user/days.crontab - last-of-long-months
    user/days.crontab - friday-or-13th
    user/days.crontab - quarter
    user/days.crontab - second-sunday
    user/days.crontab - spring-weekends
    user/default.crontab - tar
    user/mail.crontab - daily.job - run five minutes after midnight, every day
    user/mail.crontab - monthly - run at 2:15pm on the first of every month
    user/mail.crontab - mail - run at 10 pm on weekdays, annoy Joe
    user/mail.crontab - echo
    user/mail.crontab - echo-2
    user/mail.crontab - echo-3
    user/moodle.crontab - cron
    user/moodle.crontab - cron-2
    user/moodle.crontab - drush-cron
    user/moodle.crontab - db-dump
    user/night.crontab - one - Times around clock changes
    user/night.crontab - half-past-one
    user/night.crontab - quarter-past-two
    user/night.crontab - sunday
    user/night.crontab - twice
    user/night.crontab - once-a-year
    user/night.crontab - three
    user/night.crontab - wild
    user/night.crontab - two-hourly
    user/night.crontab - each-minute
    user/pi.crontab - lights
    user/pi.crontab - wake - sunrise
    user/pi.crontab - fireworks
    user/pi.crontab - curl
    user/pi.crontab - shutdown
    user/web.crontab - artisan-schedule-run - Scheduler of the framework
    user/web.crontab - wp-cron
    user/web.crontab - report
    user/web.crontab - find - Cached pages
    user/web.crontab - rotate-tokens
    user/web.crontab - reindex
    user/web.crontab - tunnel"
  `);
});
