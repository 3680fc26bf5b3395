import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});
afterEach(() => desk.clear());

const FILE = `
timezone: Europe/Berlin
state: ./past.db
timers:
  backup: { cron: "0 3 * * MON-FRI", run: ./backup.sh }
  once: { in: 10ms, run: echo cannot reach the server; exit 3 }
`;

test('why explains field by field why a time is not a firing', async () => {
  const { code, stdout, stderr } = await desk.run('why', 'backup', '--at', '2026-11-22 03:00');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.replace(/(\+01:00) {2}.*$/gm, '$1')).toBe(`\
backup  Sun 2026-11-22 03:00:00 +01:00
No firing: day of week MON-FRI, not Sunday.

cron: 0 3 * * MON-FRI (At 03:00, on Monday to Friday), in Europe/Berlin
  FIELD         WRITTEN  MEANS             03:00     MATCHES
  minute        0                          0         yes
  hour          3                          3         yes
  day of month  *        every day         the 22nd  yes
  month         *        every month       November  yes
  day of week   MON-FRI  Monday to Friday  Sunday    no

previous firing  Fri 2026-11-20 03:00:00 +01:00
next firing      Mon 2026-11-23 03:00:00 +01:00
`);
});

test('why shows the outcome of a timer’s last firing', async () => {
  desk.write('timers.yaml', FILE.replace(/^ {2}backup.*\n/m, ''));
  await desk.run('start');
  const { code, stdout } = await desk.run('why', 'once');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^once {2}.* ago\nA firing, and it ran: failure, exit code 3\.\n/);
  expect(stdout).toContain('\n│ cannot reach the server\n');
  const command = /^The full run: timers (.*)$/m.exec(stdout)![1]!;
  expect((await desk.run(...command.split(' '))).stdout).toMatch(/^run .*\ntimer {5}once\n/);
  const { stdout: json } = await desk.run('why', 'once', '--json');
  expect(JSON.parse(json)).toMatchObject({
    is_firing: true,
    outcome: { state: 'ended', record: { status: 'failure', exit_code: 3 } },
  });
});

test('why explains a recorded firing of a timer that is no longer in the file', async () => {
  const file = FILE.replace(/^ {2}backup.*\n/m, '');
  desk.write('timers.yaml', file);
  await desk.run('start');
  desk.write('timers.yaml', file.replace('  once:', '  renamed:'));
  const { code, stdout } = await desk.run('why', 'once');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /\nIt ran: failure, exit code 3\. The timer is no longer in the file, so its\s+schedule is unknown\.\n/,
  );
  const command = /^The full run: timers (.*)$/m.exec(stdout)![1]!;
  expect((await desk.run(...command.split(' '))).stdout).toContain('failure');
});

test('why explains the schedule even if the state cannot be read, with exit code 1', async () => {
  writeFileSync(join(desk.folder, 'past.db'), 'noise '.repeat(1_000));
  const { code, stdout } = await desk.run('why', 'backup');
  expect(code).toBe(1);
  expect(stdout).toMatch(/\nThe state \S*past\.db cannot be read: /);
  expect(stdout).toContain('day of week');
});

test.each([
  [['bakup'], /unknown timer "bakup" in .*\. Did you mean backup\?/s],
  [['backup', '--at', 'teatime'], /"teatime" is not a valid --at\. Use a time /],
  [['backup', '--at', '2026-02-30 03:00'], /--at: "2026-02-30 03:00": that month has 28 days\./],
  [[], /missing required argument 'name'/],
])('timers why %j is wrong usage and exits with code 2', async (args, said) => {
  const { code, stdout, stderr } = await desk.run('why', ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(said);
});
