import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { clockDifferences } from '../../src/cli/commands/export/clock-differences.js';
import { parseTimerFile } from '../../src/config/index.js';
import type { Job } from '../../src/domain/job.js';
import { systemdUnits } from '../../src/exporters/systemd/units.js';
import { systemd } from '../../src/importers/systemd/systemd.js';
import { machine } from '../config/diagnose.js';
import { firings, imported } from '../importers/imported.js';
import { withoutSystemd } from '../importers/systemd/real-calendar.js';

const NOW = Date.UTC(2027, 0, 15, 10, 30);
const context = { now: NOW, timezone: 'UTC' };

function jobsOf(timers: string, timezone = 'UTC'): readonly Job[] {
  const text = `timezone: ${timezone}\ntimers:\n${timers.replace(/^/gm, '  ')}\n`;
  const { timerFile, problems } = parseTimerFile(
    { path: '/timers.yaml', folder: '/', text },
    { ...machine, start: NOW, uid: 0 },
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return timerFile?.jobs ?? [];
}

/** What `timers export systemd` prints, without the separators of systemctl. */
const printed = (jobs: readonly Job[]): string =>
  systemdUnits
    .write(jobs, context)
    .files.map(({ name, text }) => `# ${name}\n${text}\n`)
    .join('');

const EVERYTHING = String.raw`
cron-list: { cron: ["30 3 * * MON-FRI", "0 12 L * *", "*/5 0/6 1,15 1/3 *"], run: [echo, "a b", "$HOME", "%i", ";", "", "\\n"] }
both: { cron: "0 0 13 * +FRI", run: "echo \"$HOME\" 100% 'x' \\ \n second line" }
nth: { cron: "0 8 * * MON#1,TUE#5,FRIL", run: x, shell: /bin/bash }
years: { cron: "0 8 * * *", not_before: "2027-01-01 00:00", not_after: "2028-12-31 23:59:59", run: x }
points: { at: ["2027-02-03 04:05:06", "2028-06-07 08:09"], run: x }
seconds: { every: 20s, run: x, output: discard }
minutes: { every: { interval: 15m, offset: 5m }, run: x }
ninety: { every: 90m, run: x }
week: { every: { interval: 1w, at: "Tue 10:30" }, run: x }
hourly: { every: 1h, run: ["$HOME/bin/x", "$HOME"] }
days: { every: 1d, run: x }
morning: { every: { interval: 1d, at: "10:30" }, run: x }
pause: { every: { interval: 1m, from: end }, run: x, run_at_start: true }
later: { in: 30s, run: x }
stopped: { cron: "@daily", run: x, kill_after: 15m }
busy: { cron: "@daily", run: x, env: { A: 'b "c" $D \e', B: "1%" }, timeout: 5m, kill_after: 20s, jitter: 2m, catch_up: true,
  success_codes: [0, 3], retry: { attempts: 3, delay: 5s, factor: 1, not_on: [9] }, cwd: /tmp, output: { file: /tmp/out }, description: "50% of it" }
`.trim();

describe('a timer exported and imported again', () => {
  const jobs = jobsOf(EVERYTHING);
  const again = imported(systemd, printed(jobs), { path: '-', timezone: 'UTC' });

  it.each(jobs.map((job) => [job.name, job] as const))('with %s is unchanged', (name, job) => {
    const same = again.jobs.find((other) => other.name === name);
    if (!job.schedule.countsElapsed) expect(firings(same!, 20, NOW)).toEqual(firings(job, 20, NOW));
    const { run, shell, cwd, env, successCodes, output } = same!.command;
    expect({ run, shell, cwd, env, successCodes, output }).toEqual({
      ...{ run: job.command.run, shell: job.command.shell, cwd: job.command.cwd, env: job.command.env },
      ...{ successCodes: job.command.successCodes, output: job.command.output },
    });
    for (const key of ['timeout', 'jitter', 'catch_up', 'retry', 'run_at_start', 'in', 'every', 'kill_after'])
      expect(same!.definition[key], key).toBe(job.definition[key]);
  });

  it('from twenty real pairs is unchanged', () => {
    const pairs = readFileSync(new URL('../importers/systemd/pairs.txt', import.meta.url), 'utf8');
    const first = imported(systemd, pairs, { path: '-', timezone: 'UTC' });
    const second = imported(systemd, printed(first.jobs), { path: '-', timezone: 'UTC' });
    const comparable = ({ definition }: Job) => ({ ...definition, timeout: '', kill_after: '' });
    expect(second.jobs.map(comparable)).toEqual(first.jobs.map(comparable));
    for (const [index, job] of first.jobs.entries())
      if (!job.schedule.fromEnd) expect(firings(second.jobs[index]!, 20)).toEqual(firings(job, 20));
  });
});

test.each([
  ['kill_after: 15m', ['TimeoutStopSec=15min']],
  ['timeout: 1h, kill_after: 15m', ['TimeoutStartSec=1h', 'TimeoutStopSec=15min']],
  ['timeout: 1h', ['TimeoutStartSec=1h', 'TimeoutStopSec=10s']],
  ['cwd: /tmp', []],
])('%s becomes %j', (keys, lines) => {
  const { files } = systemdUnits.write(jobsOf(`a: { cron: "@daily", run: x, ${keys} }`), context);
  expect(files[1]!.text.split('\n').filter((line) => line.startsWith('Timeout'))).toEqual(lines);
});

test('a changed OnCalendar overrides the exported interval', () => {
  const text = printed(jobsOf('a: { every: 1h, run: x }')).replace(/OnCalendar=.*/, 'OnCalendar=*:30:00 UTC');
  const { jobs, differences } = imported(systemd, text, { path: '-', timezone: 'UTC' });
  expect(jobs[0]!.definition).toMatchObject({ cron: '"30 * * * *"' });
  expect(differences.map(({ message }) => message).join()).toContain('X-Every is left out');
});

test.each([
  ['every: 1h, timeout: 1m', 'StartLimitIntervalSec=193s', 'StartLimitBurst=3'],
  ['every: 1m, timeout: 1m', 'StartLimitIntervalSec=193s', 'StartLimitBurst=6'],
  ['cron: "0,1 3 * * *", timeout: 1m', 'StartLimitIntervalSec=193s', 'StartLimitBurst=6'],
])('regular firings with %s and retries never reach the start limit', (keys, interval, burst) => {
  const { files, differences } = systemdUnits.write(
    jobsOf(`a: { ${keys}, run: x, retry: { attempts: 3, factor: 1 } }`),
    context,
  );
  expect(files[1]!.text.split('\n')).toEqual(expect.arrayContaining([interval, burst]));
  const message = 'systemd counts firings and retries together, so a run may get up to 6 attempts.';
  const isCounted = burst.endsWith('6');
  expect(differences.map((one) => one.message)).toEqual(isCounted ? [message] : []);
});

test('retries survive the round trip, although systemd counts firings as starts', () => {
  const jobs = jobsOf('a: { every: 1m, run: x, timeout: 1m, retry: { attempts: 3, delay: 5s, factor: 1 } }');
  const again = imported(systemd, printed(jobs), { path: '-', timezone: 'UTC' });
  expect(again.jobs[0]!.definition['retry']).toBe(jobs[0]!.definition['retry']);
  expect(printed(again.jobs)).toBe(printed(jobs));
});

test('catch_up without a calendar is omitted with a warning', () => {
  const { files, differences } = systemdUnits.write(jobsOf('a: { every: 7m, run: x, catch_up: true }'), context);
  expect(files[0]!.text).not.toContain('Persistent');
  expect(differences.map(({ message }) => message)).toContain('catch_up is left out: it needs OnCalendar.');
});

test('a schedule kind unknown to the exporters is omitted, not exported as another kind', () => {
  const jobs = jobsOf('a: { every: 5m, run: x }').map((job) => ({ ...job, written: { key: 'moon', text: 'full' } }));
  const { files, differences } = systemdUnits.write(jobs, context);
  expect(files).toEqual([]);
  expect(differences).toEqual([
    {
      ...{ timer: 'a', severity: 'error', hint: 'Run the timer with timers.' },
      message: 'The timer is left out. systemd has no equivalent of "moon".',
    },
  ]);
});

test('features that systemd lacks are reported', () => {
  const said = (timers: string, timezone?: string): string => {
    const jobs = jobsOf(timers, timezone);
    const { differences } = systemdUnits.write(jobs, context);
    return [...differences, ...clockDifferences(jobs, systemdUnits, context)]
      .map(({ severity, message }) => `${severity}: ${message}`)
      .join('\n');
  };
  expect(said('a: { cron: "0 8 15W * *", run: x }')).toBe(
    'error: The timer is left out. OnCalendar cannot express these days.',
  );
  expect(said('a: { every: { interval: 2w, at: "10:00" }, run: x }')).toContain('error: The timer is left out.');
  expect(said('a: { every: 7m, run: x }')).toContain('its times drift');
  expect(said('a: { every: 1h, run: x, overlap: queue, group: g, deadline: 5m, breaker: 3 }')).toBe(
    ['overlap', 'group', 'breaker', 'deadline'].map((key) => `warning: ${key} is left out.`).join('\n'),
  );
  expect(said('a: { every: 1h, run: x, retry: { attempts: 3, factor: 1, not_on: [9, timeout] } }')).toBe(
    [
      'warning: retry.not_on: only exit codes are carried over, so systemd retries the others.',
      'warning: Without a timeout, systemd may retry indefinitely: its limit counts only starts within a short time.',
    ].join('\n'),
  );
  expect(said('a: { every: 1h, run: x, timeout: 1m, retry: { attempts: 3, factor: 1, not_on: [9] } }')).toBe('');
  expect(said('a: { cron: "30 2 * * *", run: x }', 'Europe/Berlin')).toBe(
    'warning: First difference: only timers starts it at Sun 2027-03-28 03:00:00 +02:00.',
  );
  expect(said('a: { cron: "30 3 * * *", run: x }', 'Europe/Berlin')).toBe('');
});

test.skipIf(withoutSystemd !== undefined)(
  `systemd-analyze verify accepts the units (${withoutSystemd ?? 'it is here'})`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'timers-units-'));
    try {
      const { files } = systemdUnits.write(
        jobsOf(
          EVERYTHING.replaceAll('run: x', 'run: [/bin/true]')
            .replace('run: [echo', 'run: [/bin/echo')
            .replace('"$HOME/bin/x"', '/bin/true'),
        ),
        context,
      );
      for (const { name, text } of files) writeFileSync(join(folder, name), text);
      const timers = files.filter(({ name }) => name.endsWith('.timer')).map(({ name }) => join(folder, name));
      expect(timers).toHaveLength(16);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...timers], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
