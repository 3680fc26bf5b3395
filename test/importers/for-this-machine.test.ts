import { describe, expect, test } from 'vitest';
import { convert } from '../../src/cli/commands/import/convert.js';
import { parseTimerFile } from '../../src/config/index.js';
import { machineIn } from './imported.js';

const place = { file: 'app.timer', line: 2 };

/** The file that import writes for one timer, its warnings, and what `timers validate` says as the same user. */
function converted(keys: Readonly<Record<string, unknown>>, uid: number) {
  const timer = { name: 'app', place, keys: { every: '1h', ...keys }, differences: [] };
  const machine = machineIn('UTC', uid);
  const { text, differences } = convert([{ settings: {}, timers: [timer], differences: [] }], { machine, folder: '/' });
  const { problems } = parseTimerFile({ path: '/timers.yaml', folder: '/', text }, machine);
  return { text, differences, errors: problems.filter(({ severity }) => severity === 'error').map(({ code }) => code) };
}

describe('an environment file that this machine cannot read is omitted, and the timer is kept', () => {
  test.each([
    ['/nowhere/app.env', '/nowhere/app.env does not exist. So env_file is left out.'],
    ['/etc/passwd', '/etc/passwd:1: this line has no =. So env_file is left out.'],
    ['/etc', '/etc is a directory, not a regular file. So env_file is left out.'],
  ])('%s', (file, message) => {
    const { text, differences, errors } = converted({ run: './app', env_file: file }, 0);
    expect(errors).toEqual([]);
    expect(text).not.toContain('\n    env_file');
    const hint = `Write env_file: ${file} on a machine that has it.`;
    expect(differences).toEqual([{ ...place, timer: 'app', severity: 'warning', message, hint }]);
  });
});

describe('a timer with user, imported by a non-root user', () => {
  test('gets a warning that timers validate will reject it, with a hint', () => {
    const { differences, errors } = converted({ run: './app', user: 'root' }, 1000);
    expect(errors).toEqual(['needs-root']);
    expect(differences).toMatchObject([
      { timer: null, severity: 'warning', hint: 'Run both as root, for example with sudo, or remove user.' },
    ]);
  });

  test('names a user missing on this machine in its command, as for root', () => {
    const { text, errors } = converted({ run: ['./app'], user: 'nosuchuser' }, 1000);
    expect(text).toContain('run: [ runuser, -u, nosuchuser, --, ./app ]');
    expect(errors).toEqual([]);
  });
});
