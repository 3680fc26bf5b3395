import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Desk, ROOT } from '../support/program.js';
import { Puppet } from '../support/puppet.js';

let desk: Desk;
let puppet: Puppet;

beforeEach(async () => {
  desk = new Desk();
  puppet = await Puppet.open();
});

afterEach(async () => {
  await puppet.close();
  await desk.clear();
});

/** Installs the program in a separate folder. */
function install(): string {
  const folder = join(desk.folder, 'package');
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** YAML that needs the library, because plain YAML has no anchors. */
const UNUSUAL = (command: string) => `
timers:
  job: { every: 1h, run: &command ${command}, on_failure: *command }
`;

test('a scheduler whose package was removed by an update still reloads, runs and reports failures', async () => {
  const folder = install();
  desk.write('timers.yaml', 'timers:\n  job: { every: 1h, run: echo first }\n');
  const program = desk.start(['start', '--log-format', 'json'], { program: join(folder, 'bin', 'timers.js') });
  await program.event('scheduler.started');
  // Once it replies, it has loaded what it needs.
  expect(await desk.run('status')).toMatchObject({ code: 0 });
  rmSync(folder, { recursive: true });
  desk.write('timers.yaml', UNUSUAL(JSON.stringify(puppet.command)));
  expect(await desk.run('reload')).toMatchObject({ code: 0 });
  expect(await desk.run('trigger', 'job')).toMatchObject({ code: 0 });
  await (await puppet.next()).exit(1);
  await (await puppet.next()).exit(0);
  expect(await desk.run('stop')).toMatchObject({ code: 0 });
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
});
