import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { locateTimerFile } from '../../src/config/index.js';
import { machine as known } from './diagnose.js';

const machine = { ...known, uid: process.getuid?.(), env: { DIR: 'var' } };
const HERE = { state: { kind: 'default' }, timezone: undefined };

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'locate-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function locate(text: string, file = 'timers.yaml') {
  writeFileSync(join(folder, file), text);
  return locateTimerFile({ cwd: folder, file }, machine);
}
const at = (path: string) => ({ state: { kind: 'file', path: join(folder, path) }, timezone: 'Asia/Tokyo' });

it.each([
  ['in block style', 'timezone: Asia/Tokyo\nstate: ./s.db # here\ntimers: {}', 's.db'],
  ['next to invalid timers', 'timezone: Asia/Tokyo\nstate: s.db\ntimers:\n  a: {evry: 1m}\n  a: 5', 's.db'],
  ['next to a broken structure', 'timers: {a: [\n\tb: "\nstate: s.db\ntimezone: "Asia/Tokyo"\n', 's.db'],
  ['in an unfinished merge', '<<<<<<< a\ntimers: {}\n=======\nstate: s.db\n"timezone": Asia/Tokyo', 's.db'],
  ['after a document marker', '# x\n---\ntimezone: Asia/Tokyo\nstate: s.db\n', 's.db'],
  ['in a folded text', 'timezone: Asia/Tokyo\nstate: >-\n  s\n\n  .db\ntimers: {}', 's\n.db'],
  ['from a variable', 'timezone: Asia/Tokyo\nstate: ${DIR}/s.db', 'var/s.db'],
  ['with lines that end in CR', 'timezone: Asia/Tokyo\r\nstate: s.db\r\ntimers:\r\n', 's.db'],
  ['in flow style', '{timezone: Asia/Tokyo,\nstate: s.db,\ntimers: {a: {every: 1}}}', 's.db'],
  ['indented', '  timezone: Asia/Tokyo\n  state: s.db', 's.db'],
  ['from an alias', 'x-db: &db s.db\ntimezone: Asia/Tokyo\nstate: *db\n', 's.db'],
  ['from a merge', 'x: &x {state: s.db}\ntimezone: Asia/Tokyo\n<<: *x\n', 's.db'],
])('state and timezone are read %s', async (_, text, path) => {
  expect(await locate(text)).toMatchObject({ problems: [], ...at(path) });
});

it('state and timezone are read from JSON and from the key of a package.json', async () => {
  const timers = { timezone: 'Asia/Tokyo', state: 's.db', timers: { a: {} } };
  expect(await locate(JSON.stringify(timers, null, 1), 't.json')).toMatchObject(at('s.db'));
  expect(await locate(JSON.stringify({ name: 'x', timers }), 'package.json')).toMatchObject(at('s.db'));
});

it.each([
  ['have their defaults', 'timers: {a: {every: 1m, run: x}}', HERE],
  ['have their defaults in a file with a broken part', 'timers: {a: [', HERE],
  ['are unknown in an empty file', '', { state: undefined, timezone: undefined }],
  ['are unknown in broken flow style', '{state: s.db', { state: undefined, timezone: undefined }],
  [
    'are unknown if their variable is not set',
    'state: ${NOPE}\ntimezone: ${NOPE}',
    { state: undefined, timezone: undefined },
  ],
  ['are unknown if their type is wrong', 'state: [a]\ntimezone: UTC', { state: undefined, timezone: 'UTC' }],
  ['are unknown if their key is misspelled', 'stat: s.db\ntimezne: UTC', { state: undefined, timezone: undefined }],
  ['are read for a state in memory', 'state: false', { ...HERE, state: { kind: 'memory' } }],
])('state and timezone %s', async (_, text, settings) => {
  expect(await locate(text)).toMatchObject({ problems: [], ...settings });
});

it('the reason is given for a file that cannot be read', async () => {
  expect(await locateTimerFile({ cwd: folder, file: 'gone.yaml' }, machine)).toMatchObject({
    path: join(folder, 'gone.yaml'),
    problems: [{ code: 'file-not-found' }],
    state: undefined,
  });
});
