import { describe, expect, test } from 'vitest';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { firings, imported as importedBy, told } from './imported.js';

/** The result of importing a text, without notes. */
function imported(text: string, options?: Parameters<typeof importedBy>[2]) {
  const result = importedBy(crontab, text, options);
  return { ...result, differences: result.differences.filter(({ severity }) => severity !== 'note') };
}

const only = (text: string, options?: Parameters<typeof importedBy>[2]) => {
  const { read, ...others } = imported(text, options);
  return { ...others, keys: read.timers[0]?.keys ?? {} };
};

test('an entry becomes a timer with its schedule, its command and cron’s working directory', () => {
  const { text, names, differences } = only('MAILTO=""\n30 2 * * 1-5 /usr/local/bin/backup.sh --all\n');
  expect(names).toEqual(['backup']);
  expect(differences).toEqual([]);
  expect(text).toBe(`# Written by "timers import".
# tab:1 note: cron has PATH=/usr/bin:/bin and few other variables. Here commands inherit those of
# the scheduler.

timers:
  # tab:2
  backup:
    cron: "30 2 * * 1-5"
    cwd: ~/
    run: /usr/local/bin/backup.sh --all
`);
});

describe('variables', () => {
  test('apply to the entries below them, with cronie’s quoting', () => {
    const tab = `MAILTO=\n10 * * * * one\n A = " b c "\n'Q Q'='x'\nPATH=/bin  \n20 * * * * two\n`;
    const { read } = imported(tab);
    expect(read.timers.map(({ keys }) => keys['env'])).toEqual([undefined, { A: ' b c ', 'Q Q': 'x', PATH: '/bin' }]);
  });

  test('keep ${ in their value', () => {
    const { jobs } = imported('MAILTO=\nA=${HOME}/x\n10 * * * * one\n');
    expect(jobs[0]?.command.env).toEqual({ A: '${HOME}/x' });
  });

  test('such as SHELL, RANDOM_DELAY, HOME and CRON_TZ become keys', () => {
    const tab = 'MAILTO=\nSHELL=/bin/bash\nRANDOM_DELAY=30\nHOME=/srv\nCRON_TZ=Asia/Tokyo\n10 * * * * one\n';
    expect(only(tab).keys).toMatchObject({
      shell: '/bin/bash',
      jitter: '30m',
      cwd: '/srv',
      env: { HOME: '/srv', SHELL: '/bin/bash' },
      timezone: 'Asia/Tokyo',
    });
  });

  test('such as RANDOM_DELAY do not delay @reboot', () => {
    const { keys, differences } = only('MAILTO=\nRANDOM_DELAY=45\n@reboot boom\n');
    expect(keys).not.toHaveProperty('jitter');
    expect(differences).toMatchObject([{ text: '@reboot' }]);
  });

  test('such as MAILTO become a hint for notify', () => {
    const { differences } = only('MAILTO=ops@example.com\n10 * * * * one\n');
    expect(differences).toMatchObject([
      { severity: 'warning', line: 1, hint: expect.stringContaining('mail -s "$TIMERS_TASK_NAME" ops@example.com') },
    ]);
    expect(differences[0]?.hint).toContain('notify: { run: ');
  });
});

describe('the command', () => {
  test.each([
    ['date +\\%F', 'date +%F'],
    ['echo a\\b', 'echo a\\b'],
    ['cat%a%b', "cat <<'END'\na\nb\nEND\n"],
    ['cat | wc%a\\%b', "{ cat | wc\n} <<'END'\na%b\nEND\n"],
    ['cat%END', "cat <<'END_'\nEND\nEND_\n"],
    ['true%', 'true'],
  ])('%s becomes %j', (command, run) => {
    expect(only(`MAILTO=\n1 2 3 4 5 ${command}\n`).keys['run']).toBe(run);
  });
});

test('a line continued with a backslash is an error with the reason', () => {
  const { differences } = imported('* * * * * echo a \\\n && echo b\n* * *\n');
  expect(differences.map(({ line, hint }) => [line, hint])).toEqual([
    [2, 'cron does not continue a line after a backslash. Write the whole command on one line.'],
    [3, 'Write five fields and a command.'],
  ]);
});

test('an unescaped % gets a hint', () => {
  const { differences } = importedBy(crontab, 'MAILTO=\n0 6 * * * sleep $(( RANDOM % 600 )) && run\n');
  expect(differences.find(({ text }) => text === '%')?.hint).toContain('write \\% in the crontab');
});

describe('the schedule', () => {
  const cases: readonly (readonly [when: string, timezone: string, first: readonly string[]])[] = [
    ['30 2 * 3 7', 'UTC', ['2027-03-07T02:30', '2027-03-14T02:30']],
    ['0 0 13 * 5', 'UTC', ['2027-01-22T00:00', '2027-01-29T00:00']],
    ['0 0 */10 * 1', 'UTC', ['2027-02-01T00:00', '2027-03-01T00:00']],
    ['30 2 28 3 *', 'Europe/Berlin', ['2027-03-28T01:00', '2028-03-28T00:30']],
    ['@weekly', 'UTC', ['2027-01-17T00:00', '2027-01-24T00:00']],
    ['0 0 * * fri-sun', 'UTC', ['2027-01-16T00:00', '2027-01-17T00:00']],
  ];
  test.each(cases)('%s in %s', (when, timezone, first) => {
    const { jobs, read, differences } = imported(`MAILTO=\n${when} job\n`, { timezone });
    const expected = first.map((text) => `${text}:00.000Z`);
    expect(firings(jobs[0]!, 2)).toEqual(expected);
    expect(firings({ schedule: read.timers[0]!.original as never, window: {} }, 2)).toEqual(expected);
    expect(differences).toEqual([]);
  });

  test('with CRON_TZ reports the first firing that cronie skips', () => {
    const { differences } = imported('MAILTO=\nCRON_TZ=Europe/Berlin\n30 2 * * * job\n');
    expect(differences.at(-1)).toMatchObject({ timer: 'job', severity: 'warning', line: 3 });
    expect(differences.at(-1)?.message).toContain('2027-03-28 03:00:00 +02:00');
  });

  test.each([
    [
      'UTC',
      'Europe/London',
      '30 1',
      /removes, and fires twice at times that occur twice\. dst: \{gap: skip, repeat: both\} does /,
    ],
    ['Europe/Berlin', 'Asia/Tokyo', '15 10', /^While the clock of this machine \(Europe\/Berlin\) repeats an hour/],
    [
      'Europe/Berlin',
      'Europe/London',
      '30 1',
      /London removes.+\. But while the clock of this machine \(Europe\/Berlin\)/,
    ],
  ])(
    'on a machine in %s with CRON_TZ=%s names the clock that causes the difference',
    (timezone, cronTz, at, reason) => {
      const { differences } = imported(`MAILTO=\nCRON_TZ=${cronTz}\n${at} * * * job\n`, { timezone });
      expect(differences.at(-1)?.message).toMatch(reason);
    },
  );

  test('that cron rejects or never runs is an error with its line, and the rest is written', () => {
    const conversion = imported('MAILTO=\n61 * * * * a\n0 22-2 * * * b\n0 0 30 2 * c\n* * *\n1 * * * * good\n');
    expect(conversion.names).toEqual(['good']);
    expect(told(conversion)).toEqual([
      '- 2 error 61 * * * * a',
      '- 3 error 0 22-2 * * * b',
      '- 5 error * * *',
      'c 4 error',
    ]);
  });
});

describe('a system crontab', () => {
  test('has the user in its sixth field', () => {
    const { keys } = only('MAILTO=\n17 * * * * root cd / && run-parts --report /etc/cron.hourly\n', {
      path: '/etc/crontab',
    });
    expect(keys).toMatchObject({ user: 'root', run: 'cd / && run-parts --report /etc/cron.hourly' });
  });

  test.each(['tab', '/etc/cron.d/pkg'])(
    '%s keeps its users despite a line with an extra field, which is an error',
    (path) => {
      const tab = 'MAILTO=\n10 4 * * * * root /bin/typo\n*/20 * * * * root /bin/a\n';
      const { keys, names, differences } = only(tab, { path });
      expect(names).toHaveLength(1);
      expect(keys).toMatchObject({ user: 'root', run: '/bin/a' });
      expect(differences).toMatchObject([
        { severity: 'error', line: 2, message: '"*" is not a user name, so cron ignores this line.' },
      ]);
    },
  );

  test.each(['*', '*/2', '2027', '1-5', '/bin/a'])('rejects the user %s in a line', (user) => {
    const { read, differences } = imported(`MAILTO=\n1 * * * * ${user} job x\n`, { path: '/etc/crontab' });
    expect(read.timers).toEqual([]);
    expect(differences).toMatchObject([{ severity: 'error', line: 2 }]);
  });

  test('with a user missing on this machine has a command that names the user', () => {
    const { jobs, differences } = only('MAILTO=\n17 * * * * nosuchuser job -x\n', { path: '/etc/cron.d/pkg' });
    expect(jobs[0]?.command.run).toEqual(['runuser', '-u', 'nosuchuser', '--', '/bin/sh', '-c', 'job -x']);
    expect(differences).toMatchObject([
      { severity: 'warning', timer: 'pkg', message: expect.stringContaining("home folder of the scheduler's user") },
    ]);
  });
});

test.each([
  ['0 3 * * * root /usr/bin/backup\n5 3 * * * /usr/bin/other\n', ['root']],
  ['0 3 * * * www-data php /srv/cron.php\n5 3 * * * ./other\n', ['www-data']],
  ['0 3 * * * backup /srv\n5 3 * * * ./other\n', []],
  ['0 3 * * * root\n', []],
  ['0 3 * * * php /srv/cron.php\n5 3 * * * root-check /srv\n', []],
])('a user name in a user’s crontab is reported unless it is a command: %j', (text, users) => {
  const { differences } = imported(text);
  const found = differences.filter(({ message }) => message.includes('is read as the command'));
  expect(found.map((one) => one.text)).toEqual(users);
});

test('a crontab with PATH gets a note that other variables are inherited', () => {
  const { differences } = importedBy(crontab, 'MAILTO=\nPATH=/bin\n@daily x\n');
  expect(differences.map(({ message }) => message)).toEqual([expect.stringContaining('also inherit')]);
});

test('the defaults of cron for missing variables are noted once for all files', () => {
  const file = { text: '1 * * * * a\n' };
  const context = { timezone: 'UTC', now: 0, readBeside: () => undefined };
  const { differences } = crontab.read(
    [
      { ...file, path: 'a' },
      { ...file, path: 'b' },
    ],
    context,
  );
  expect(differences.map(({ file: from, message }) => `${from}: ${message}`)).toEqual([
    expect.stringMatching(/^a: cron mails /),
    expect.stringMatching(/^a: cron has PATH=/),
  ]);
});

test.each([
  ['@reboot x', 'warning', '@reboot'],
  ['5/15 * * * * x', 'warning', '5/15'],
  ['5~15 3 * * * x', 'note', '~'],
  ['-5 3 * * * x', 'note', '-'],
  ['5 3 * * * -n x', 'note', '-n'],
  ['5 3 * * * cat%x', 'note', '%'],
])('%s gets a %s about %s', (line, severity, text) => {
  const { differences, jobs } = importedBy(crontab, `MAILTO=\nPATH=/bin\n${line}\n`);
  expect(differences.filter(({ line: at }) => at > 1)).toMatchObject([{ severity, text, line: 3 }]);
  expect(jobs[0]?.command.run).not.toMatch(/^-/);
});

test.each([
  ['RANDOM_DELAY=2000', 'warning'],
  ['CRON_TZ=Mars/Olympus', 'warning'],
  ['CRON_TZ=Europe/Berlin', 'note'],
  ['TZ=Europe/Berlin', 'note'],
  ['USER=joe', 'note'],
  ['MLS_LEVEL=x', 'error'],
])('the variable %s gets a %s', (assignment, severity) => {
  const { differences } = importedBy(crontab, `MAILTO=\nPATH=/bin\n${assignment}\n@daily x\n`);
  expect(differences.filter(({ line }) => line > 1)).toMatchObject([{ severity, line: 3 }]);
});

test('user and system crontabs are recognized, and prose is not', () => {
  const sure = (text: string) => crontab.recognize({ path: 'x', text });
  expect(sure('# c\nA=1\n0 5 * * 1 tar\n@daily x\n')).toBeGreaterThan(0.5);
  expect(sure('[Timer]\nOnCalendar=daily\n')).toBe(0);
  expect(sure('jobs:\n  - name: a\n')).toBe(0);
});

describe('a cron file without a valid entry', () => {
  const recognized = (path: string, text: string) => crontab.recognize({ path, text }) > 0;

  test.each([
    ['/etc/crontab', '# Only variables\nSHELL=/bin/sh\nMAILTO=root\n'],
    ['/etc/cron.d/anacron', '# 30 7 * * * root anacron\n'],
    ['-', '# m h dom mon dow command\n'],
    ['backup.crontab', ''],
  ])('%s is recognized, and has no entries', (path, text) => {
    expect(recognized(path, text)).toBe(true);
    const { differences } = importedBy(crontab, text, { path });
    expect(differences.at(-1)).toMatchObject({ severity: 'note', line: 1, message: 'The crontab has no entries.' });
  });

  test('is recognized, and its error is reported with the line', () => {
    const text = 'SHELL=/bin/sh\n22 3 0 * * root update\n';
    expect(recognized('debian/cron.d', text)).toBe(true);
    const { differences } = only(text, { path: 'debian/cron.d' });
    expect(differences).toMatchObject([
      { severity: 'error', line: 2, message: '"0" is not a valid day of month in a crontab.' },
    ]);
  });

  test('is recognized without a name if each line looks like an entry', () => {
    expect(recognized('tasks', '23 50 * * * cd /srv && ./export.sh\n')).toBe(true);
    expect(recognized('song', '10 green bottles hanging on the wall\n')).toBe(false);
  });

  test.each([
    ['crontab', 'README.md\nscripts\n'],
    ['logrotate.cron', '#!/bin/sh\ntest -x /usr/sbin/logrotate || exit 0\n'],
    ['settings.env', 'A=1\n'],
    ['notes.txt', '# nothing\n'],
  ])('%s of another kind is not recognized', (path, text) => {
    expect(recognized(path, text)).toBe(false);
  });
});
