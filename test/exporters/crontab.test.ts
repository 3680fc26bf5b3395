import { expect, test } from 'vitest';
import { parseTimerFile } from '../../src/config/index.js';
import { crontabExporter } from '../../src/exporters/crontab/crontab.js';
import { crontab } from '../../src/importers/crontab/crontab.js';
import { machine } from '../config/diagnose.js';
import { firings, imported } from '../importers/imported.js';

const NOW = Date.UTC(2027, 0, 15, 10, 30);

function exported(timers: string) {
  const text = `timezone: UTC\ntimers:\n${timers.replace(/^/gm, '  ')}\n`;
  const { timerFile } = parseTimerFile({ path: '/timers.yaml', folder: '/', text }, { ...machine, start: NOW });
  const jobs = timerFile?.jobs ?? [];
  return { jobs, ...crontabExporter.write(jobs, { now: NOW, timezone: 'UTC' }) };
}

test('timers become lines that cron runs at the same times', () => {
  const { jobs, files, differences } = exported(
    [
      'a: { cron: "*/5 9-17 * * MON-FRI", run: [echo, "50%"], description: "office  hours" }',
      'b: { cron: ["30 3 1,15 * *", "0 22-2 */2 * SUN"], run: "x; y", cwd: /tmp, env: { A: "b c" } }',
      'c: { cron: "H 4 * * *", run: x, timeout: 5m }',
    ].join('\n'),
  );
  expect(differences).toEqual([]);
  expect(files[0]!.text.split('\n').slice(0, 4)).toEqual([
    'CRON_TZ=UTC',
    '# timer: a',
    '# office  hours',
    String.raw`*/5 9-17 * * MON-FRI cd / && echo '50\%'`,
  ]);
  expect(files[0]!.text).toContain("cd /tmp && export A='b c' && /bin/sh -c 'x; y'");
  expect(files[0]!.text).toContain('cd / && timeout -k 10 300 /bin/sh -c x');
  const again = imported(crontab, files[0]!.text, { timezone: 'UTC' });
  expect(again.names).toEqual(['a', 'b', 'c']);
  expect(again.jobs.map((job) => firings(job, 20))).toEqual(jobs.map((job) => firings(job, 20)));
});

test('an imported crontab is exported with its variables, shell and folder', () => {
  const tab = [
    'MAILTO=""',
    'SHELL=/bin/bash',
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'GREETING="a  b "',
    '30 2 * * * source ~/.profile && ./nightly --all > "$(date +\\%F).log"',
    '*/5 9-17 * * 1-5 [ -x ./poll ] || exit 0; ./poll',
  ].join('\n');
  const first = imported(crontab, `${tab}\n`, { timezone: 'UTC' });
  const { files, differences } = crontabExporter.write(first.jobs, { now: NOW, timezone: 'UTC' });
  expect(differences).toEqual([]);
  expect(files[0]!.text).toMatch(/^SHELL=\/bin\/bash\nPATH=\/usr\/local\/bin:\/usr\/bin:\/bin\nGREETING="a  b "\n/);
  const again = imported(crontab, files[0]!.text, { timezone: 'UTC' });
  expect(again.names).toEqual(first.names);
  expect(again.jobs.map(({ command }) => command)).toEqual(first.jobs.map(({ command }) => command));
  expect(again.jobs.map((job) => firings(job, 20))).toEqual(first.jobs.map((job) => firings(job, 20)));
});

test.each([
  'cat%a%b',
  'cat%',
  'cat%%',
  'cat%a%%',
  String.raw`date +\%F | wc -c%100\% sure%\ %END`,
  'cd /srv && ./load "a b"%x',
])('the input of an imported command is exported with %%: %s', (command) => {
  const first = imported(crontab, `MAILTO=\n1 2 3 4 5 ${command}\n`, { timezone: 'UTC' });
  const { files, differences } = crontabExporter.write(first.jobs, { now: NOW, timezone: 'UTC' });
  expect(differences).toEqual([]);
  const again = imported(crontab, files[0]!.text, { timezone: 'UTC' });
  expect(again.jobs.map((job) => job.command)).toEqual(first.jobs.map((job) => job.command));
});

test('the input of a timer with a timeout is passed to its command', () => {
  const { files } = exported('a: { cron: "0 4 * * *", run: "cat <<\'END\'\\nx\\nEND\\n", cwd: /tmp, timeout: 5m }');
  expect(files[0]!.text).toContain('cd /tmp && timeout -k 10 300 /bin/sh -c cat%x\n');
});

test('the description of the first entry is exported, and a user’s entry has the user’s home', () => {
  const tab = '# Reloads the rules\n0 * * * * root ./firewall.sh 2>/dev/null\n@reboot root ./start.sh\n';
  const first = imported(crontab, tab, { path: '/etc/cron.d/fire', timezone: 'UTC' });
  const { files } = crontabExporter.write(first.jobs, { now: NOW, timezone: 'UTC' });
  const again = imported(crontab, files[0]!.text, { timezone: 'UTC' });
  const own = (read: typeof first) => read.jobs.map(({ description, command: { run } }) => ({ description, run }));
  expect(own(again)).toEqual(own(first));
});

test('a description is exported even if it has several lines or looks like a name', () => {
  const descriptions = [
    '  one\n\n  m h dom mon dow\n0 0 * * * x',
    'timer: other',
    '* * * * *',
    ` ${'long '.repeat(90)}.`,
  ];
  const { jobs, files } = exported(
    descriptions
      .map((text, index) => `t${index}: { cron: "@daily", run: x, description: ${JSON.stringify(text)} }`)
      .join('\n'),
  );
  const again = imported(crontab, files[0]!.text, { timezone: 'UTC' });
  expect(again.jobs.map(({ name, description }) => ({ name, description }))).toEqual(
    jobs.map(({ name, description }) => ({ name, description })),
  );
  expect(again.jobs.map(({ description }) => description)).toEqual(descriptions);
});

test('entries of one timer are merged unless one of them was changed', () => {
  const { files } = exported(
    'a: { cron: ["0 1 * * *", "30 2 * * *"], run: x, cwd: ~/, run_at_start: true }\nb: { cron: ["0 3 * * *", "30 4 * * *"], run: y, cwd: ~/ }',
  );
  const { names, jobs } = imported(crontab, files[0]!.text.replace('30 4 * * * y', '30 4 * * * z'));
  expect(names).toEqual(['a', 'b', 'b-2']);
  expect(jobs[0]).toMatchObject({ runAtStart: true, written: { text: '0 1 * * * | 30 2 * * *' } });
  expect(jobs.map(({ command: { run } }) => run)).toEqual(['x', 'y', 'z']);
});

test('an invalid name, or a name above no entry, is only a comment', () => {
  const { names, jobs } = imported(
    crontab,
    '# timer: a b\n0 1 * * * x\n# timer: lost\n\n0 2 * * * y\n# timer: above\nA=1\n0 3 * * * z\n# timer: end\n',
  );
  expect(names).toEqual(['x', 'y', 'z']);
  expect(jobs.map(({ description }) => description)).toEqual(['timer: a b', undefined, undefined]);
});

test('timers with run_at_start become @reboot entries, with a warning', () => {
  const { files, differences } = exported(
    'a: { in: 1s, run: x, cwd: ~/ }\nb: { in: 90s, run: y, cwd: ~/ }\nc: { cron: "@daily", run: z, cwd: ~/, run_at_start: true }',
  );
  expect(files[0]!.text).toBe(
    [
      ...['CRON_TZ=UTC', '# timer: a', '@reboot x', 'CRON_TZ=UTC', '# timer: b', '@reboot sleep 90 && y'],
      ...['CRON_TZ=UTC', '# timer: c', '@daily z', '# timer: c', '@reboot z', ''],
    ].join('\n'),
  );
  expect(differences.map(({ timer, severity }) => `${timer} ${severity}`)).toEqual([
    'a warning',
    'b warning',
    'c warning',
  ]);
  expect(differences[0]!.message).toContain('runs the command once after the machine has started');
});

test('variables of single timers, or special to cron, stay in the commands', () => {
  const { files } = exported(
    [
      'a: { cron: "@daily", run: x, env: { A: "1", B: "2", MAILTO: me } }',
      'b: { cron: "@daily", run: [y], env: { A: "1", MAILTO: me }, shell: /bin/bash }',
    ].join('\n'),
  );
  const lines = files[0]!.text.split('\n').filter((line) => !/^(?:CRON_TZ|#)/.test(line));
  expect(lines.slice(0, 3)).toEqual([
    'A=1',
    '@daily cd / && export B=2 && export MAILTO=me && x',
    '@daily cd / && export MAILTO=me && y',
  ]);
});

test('kill_after without a timeout is omitted with a warning', () => {
  const { files, differences } = exported(
    'a: { cron: "@daily", run: x, cwd: ~/, kill_after: 15m }\nb: { cron: "@daily", run: y, cwd: ~/, timeout: 1h, kill_after: 15m }',
  );
  expect(files[0]!.text).toContain('timeout -k 900 3600 /bin/sh -c y');
  expect(differences).toEqual([
    { timer: 'a', severity: 'warning', message: expect.stringMatching(/^kill_after is left out: /) },
  ]);
});

test('a timer that a crontab cannot express is omitted with an error', () => {
  const { files, differences } = exported(
    'a: { cron: "0 0 L * *", run: x }\nb: { cron: "*/5 * * * * *", run: x }\nc: { every: 7m, run: x }\nd: { cron: "@daily", run: "x\\ny" }\ne: { cron: "0 0 13 * +FRI", run: x }',
  );
  expect(files).toEqual([]);
  expect(differences.map(({ timer, severity }) => `${timer} ${severity}`)).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((name) => `${name} error`),
  );
});

test('the hint of a schedule kind unknown to the exporters names no other format', () => {
  const { jobs } = exported('a: { every: 5m, run: x }');
  const hints = [...jobs, { ...jobs[0]!, written: { key: 'moon', text: 'full' } }].flatMap(
    (job) => crontabExporter.write([job], { now: NOW, timezone: 'UTC' }).differences,
  );
  expect(hints.map(({ hint }) => hint)).toEqual(['Export it to systemd.', 'Run the timer with timers.']);
});
