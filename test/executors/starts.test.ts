import { expect, test } from 'vitest';
import type { Command } from '../../src/domain/command.js';
import { launch } from '../../src/executors/shell/launch.js';
import type { Start } from '../../src/executors/shell/launcher.js';
import { hiddenClasses } from '../support/hidden-class.js';
import { command, RecordedIo } from './recorded-io.js';

const asked = () => undefined;
const uid = process.getuid!();
const account = { name: 'backup', uid, gid: 4321, groups: [], home: '/', shell: '/bin/sh' };

test.each<[string, Partial<Command>]>([
  ['the user of the scheduler', {}],
  ['the same user with another group', { user: account }],
  ['another user', { user: { ...account, uid: uid + 4321 } }],
])('requests for starts share a hidden class: %s', async (_, more) => {
  const starts: Start[] = [];
  const launcher = {
    launch: (start: Start) => {
      starts.push(start);
      return Promise.resolve(undefined);
    },
  };
  const [io, env] = [new RecordedIo(), { shared: {}, own: {} }];
  for (let left = 400; left > 0; left--) await launch(command('true', more), { env, io, launcher, asked });
  // Those before were for V8 to learn from.
  expect(hiddenClasses(starts.slice(200))).toBeLessThan(4);
});

test('a command whose deadline passes while others start does not start', async () => {
  const io: RecordedIo & { startWithin?: number } = new RecordedIo();
  const launcher = {
    turn: () => Promise.resolve().then(() => void (io.startWithin = 0)),
    launch: () => Promise.reject(new Error('launched')),
  };
  const env = { shared: {}, own: {} };
  expect(await launch(command('true'), { env, io, launcher, asked })).toEqual({ kind: 'expired' });
});
