import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Desk } from '../support/program.js';

let desk: Desk;
beforeEach(() => (desk = new Desk()));
afterEach(() => desk.clear());

const isLinux = process.platform === 'linux';
if (!isLinux) console.log('only Linux refuses to open a socket by name: its tests are skipped');

/** Opens its output by name in every way that scripts do. Fails at the first one that the system refuses. */
const REOPENING = [
  'echo a >/dev/stderr',
  'echo b | tee /dev/stderr >/dev/null',
  'echo c >/dev/fd/2',
  'echo d >/dev/stdout',
  'echo e >/dev/fd/1',
  'echo f >>/proc/self/fd/2',
].join(' && ');
const WRITTEN = 'a\nb\nc\nd\ne\nf\n';

/** A command of `timers` that leaves a file once it could open everything. */
const leaving = (file: string): string => JSON.stringify(`${REOPENING} && touch ${file}`);
const HOOKS = ['on_failure', 'on_success', 'on_recovery'];

describe.runIf(isLinux).each(['auto', 'execa'])(
  'with launcher: %s, commands can open /dev/stdout and /dev/stderr',
  (launcher) => {
    test('for every output setting of a timer', async () => {
      const job = (name: string, output: string) =>
        `  ${name}: { in: 1ms, output: ${output}, run: ${JSON.stringify(REOPENING)} }\n`;
      const jobs = [
        job('logged', 'log'),
        job('parsed', '{ parse: json }'),
        job('quiet', 'discard'),
        job('kept', '{ file: ./kept.log }'),
      ];
      desk.write('timers.yaml', `state: false\nlauncher: ${launcher}\ntimers:\n${jobs.join('')}`);
      const program = desk.start(['start', '--log-format', 'json']);
      await program.ended;
      const ends = program.lines.filter(({ event }) => event === 'run.finished');
      expect(ends.map(({ task_name, status }) => `${task_name} ${status}`).toSorted()).toEqual([
        'kept success',
        'logged success',
        'parsed success',
        'quiet success',
      ]);
      const lines = program.lines.filter(({ event, task_name }) => event === 'run.output' && task_name === 'logged');
      expect(lines.map(({ stream, line }) => `${String(stream)} ${String(line)}`).toSorted()).toEqual([
        'stderr a',
        'stderr b',
        'stderr c',
        'stderr f',
        'stdout d',
        'stdout e',
      ]);
      expect(readFileSync(join(desk.folder, 'kept.log'), 'utf8')).toBe(WRITTEN);
    });

    test('in hooks, notify commands and heartbeat commands', async () => {
      const hooks = HOOKS.map((hook) => `    ${hook}: ${leaving(hook)}\n`).join('');
      desk.write(
        'timers.yaml',
        `state: false
launcher: ${launcher}
heartbeat: { every: 1s, run: ${leaving('heartbeat')} }
timers:
  shaky:
    every: 1s
    run: test -e seen || { touch seen; exit 1; }
    notify: { run: ${leaving('notify')}, on: [failed] }
${hooks}`,
      );
      const program = desk.start(['start', '--log-format', 'json']);
      for (const file of [...HOOKS, 'notify', 'heartbeat'])
        await eventually(file, () => existsSync(join(desk.folder, file)) || undefined);
      program.kill('SIGTERM');
      await program.ended;
      expect(program.lines.filter(({ event }) => event.endsWith('.failed'))).toEqual([]);
    });
  },
);
