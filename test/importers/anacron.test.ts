import { describe, expect, test } from 'vitest';
import { anacron } from '../../src/importers/anacron/anacron.js';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { importerKinds } from '../../src/importers/index.js';
import { firings, imported, told } from './imported.js';

const TAB = `# See anacron(8)
SHELL=/bin/bash
PATH=/usr/sbin:/usr/bin
MAILTO=root
RANDOM_DELAY=45
START_HOURS_RANGE=3-22

#period in days   delay in minutes   job-identifier   command
1\t5\tcron.daily\t\tnice run-parts /etc/cron.daily
7\t25\tcron.weekly\t\tnice run-parts /etc/cron.weekly
@monthly 75\tcron.monthly\t\tdate +%F
`;

describe('an anacrontab', () => {
  const { jobs, names, read, ...conversion } = imported(anacron, TAB);

  test('becomes timers with a time of day and catch_up', () => {
    expect(names).toEqual(['cron.daily', 'cron.weekly', 'cron.monthly']);
    expect(read.timers.map(({ keys }) => keys)).toMatchObject([
      { cron: '5 3 * * *', run: 'nice run-parts /etc/cron.daily', catch_up: true, shell: '/bin/bash', cwd: '/' },
      { every: { interval: '7d', at: '03:25' }, jitter: '45m', env: { PATH: '/usr/sbin:/usr/bin' } },
      { cron: '15 4 1 * *', run: 'date +%F' },
    ]);
    expect(firings(jobs[1]!, 2).map((instant) => instant.slice(11))).toEqual(['03:25:00.000Z', '03:25:00.000Z']);
  });

  test('is imported with a report of all differences', () => {
    expect(told({ ...conversion, names })).toEqual([
      '- 4 warning MAILTO=root',
      '- 6 warning START_HOURS_RANGE',
      ...[9, 10, 11].flatMap((line, index) => [
        `${names[index]!} ${line} warning`,
        `${names[index]!} ${line} note RANDOM_DELAY`,
      ]),
    ]);
  });
});

test('a line that is not a job is an error with its line number', () => {
  const { differences } = imported(anacron, '@hourly 5 a ls\n0 1 b ls\nnonsense\n');
  expect(differences).toMatchObject([1, 2, 3].map((line) => ({ severity: 'error', line })));
});

test.each([
  ['/etc/anacrontab', TAB, 'anacron'],
  ['-', TAB, 'anacron'],
  ['-', '1 5 1 * * ls\n', 'crontab'],
])('%s is recognized as an anacrontab', (path, text, name) => {
  const [best] = importerKinds.toSorted((a, b) => b.recognize({ path, text }) - a.recognize({ path, text }));
  expect(best?.name).toBe(name);
});

test('a crontab with one entry and an invalid day is not an anacrontab', () => {
  const file = { path: 'debian/cron.d', text: 'SHELL=/bin/sh\n22 3 0 * * root /usr/bin/update\n' };
  expect(anacron.recognize(file)).toBe(0);
  expect(crontab.recognize(file)).toBeGreaterThan(0);
});
