import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk } from '../support/program.js';
import { Puppet } from '../support/puppet.js';

let desk: Desk;
let puppet: Puppet;

beforeEach(async () => {
  [desk, puppet] = [new Desk(), await Puppet.open()];
});

afterEach(async () => {
  await desk.clear();
  await puppet.close();
});

test('logs prints records in the same form as start', async () => {
  desk.write(
    'timers.yaml',
    `timezone: Asia/Kathmandu
state: false
timers:
  job: { in: 1ms, run: ${JSON.stringify(puppet.command)} }
  shaky: { every: 1d, breaker: 1, run: "echo one; echo two; exit 3" }
`,
  );
  const program = desk.start(['start', '--log-format', 'pretty']);
  await puppet.next();
  expect((await desk.run('trigger', 'shaky', '--wait')).code).not.toBe(0);
  const { stdout: logs } = await desk.run('logs');
  program.kill('SIGTERM');
  const { stdout: log } = await program.ended;
  expect(log.slice(0, logs.length)).toBe(logs);
  expect(logs).toMatch(/^── .* Asia\/Kathmandu ─+\n[^]* │ shaky one\n[^]* ✗ shaky failed/);
});
