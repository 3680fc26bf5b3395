// A separate program for standard-streams.test.ts. For each file of argv[4] and later it runs a command whose output
// goes there, as the user argv[2] ("own" or "other"). Unless argv[3] is empty, it first becomes that user itself.
import { createSystemClock } from '../../../src/clocks/system.js';
import { createExecutor } from './launchers.js';
import { command, RecordedIo } from '../recorded-io.js';

const [as, become = '', ...files] = process.argv.slice(2);
const user = { uid: 65534, gid: 65534, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' };

if (become !== '') {
  process.setgroups?.([]);
  process.setgid?.(Number(become));
  process.setuid?.(Number(become));
}
const executor = await createExecutor({ clock: createSystemClock(), environment: process.env });
for (const file of files) {
  const io = new RecordedIo();
  // Nothing can be renamed in /proc: a failing test breaks no machine.
  const output = { to: 'file', file, ...(file.startsWith('/proc') && { maxSize: 4 }) } as const;
  const run = `echo ${file}:; echo one; echo two >&2`;
  await executor.execute(command(run, { cwd: '/', output, ...(as === 'other' && { user }) }), io);
  for (const line of io.lines.filter((text) => text.startsWith('trouble'))) process.stderr.write(`${line}\n`);
}
