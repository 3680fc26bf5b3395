// A separate program for standard-streams.test.ts. It runs a command whose output goes to the file argv[2], as the user
// argv[3] ("own" or "other"). If argv[4] is set, it first becomes that user itself.
import { createSystemClock } from '../../src/clocks/system.js';
import { createExecutor } from './launchers.js';
import { command, RecordedIo } from './recorded-io.js';

const [file = '', as, become] = process.argv.slice(2);
const user = { uid: 65534, gid: 65534, groups: [], name: 'nobody', home: '/', shell: '/bin/sh' };

if (become !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(Number(become));
  process.setuid?.(Number(become));
}
const io = new RecordedIo();
// Nothing can be renamed in /proc: a test that fails breaks no machine.
const output = { to: 'file', file, ...(file.startsWith('/proc') && { maxSize: 4 }) } as const;
const executor = await createExecutor({ clock: createSystemClock(), environment: process.env });
await executor.execute(command('echo one; echo two >&2', { cwd: '/', output, ...(as === 'other' && { user }) }), io);
for (const line of io.lines.filter((text) => text.startsWith('trouble'))) process.stderr.write(`${line}\n`);
