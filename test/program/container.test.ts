import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Desk, ROOT } from '../support/program.js';

const FOLDER = join(ROOT, 'examples/container');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

/** The instructions of the Dockerfile and their arguments, in order; lines that go on are one. */
const instructions = read('Dockerfile')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .flatMap((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, rest }];
  });
const all = (name: string) => instructions.filter((found) => found.name === name).map(({ rest }) => rest);
const last = (name: string) => all(name).at(-1);
const file = read('timers.yaml');
const state = /^state: (.*)$/m.exec(file)?.[1] ?? '';

describe('the image', () => {
  test('is built of what the checkout holds', () => {
    const ignored = read('Dockerfile.dockerignore').trim().split('\n');
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources).toContain('.');
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignored).not.toContain(source);
    }
    // None that is ignored is under version control: the build would lack it.
    const tracked = execFileSync('git', ['ls-files', '--', 'dist', 'node_modules', '*.tgz'], { cwd: ROOT });
    expect(tracked.toString()).toBe('');
  });

  test('installs the packed checkout, and nothing of that name from a registry', () => {
    const installs = all('RUN').filter((rest) => /npm (install|i|add) |npx /.test(rest));
    expect(installs).toHaveLength(1);
    const target = /npm install --global (\S+)/.exec(installs[0] ?? '')?.[1] ?? '';
    expect(target).toMatch(/^\/.*\.tgz$/);
    const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
    expect(all('RUN').join('\n')).toContain('npm pack --ignore-scripts --pack-destination /');
    expect(all('COPY')).toContain(`--from=build /${name}-*.tgz ${target}`);
  });

  test('keeps its state on a volume that its user may write to', () => {
    const folder = dirname(state);
    expect(last('VOLUME')).toBe(folder);
    expect(last('USER')).toBe('node');
    const made = instructions.findIndex(({ rest }) => rest.includes(`chown node:node ${folder}`));
    // What is changed below a volume after it is declared is lost.
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(instructions.findIndex(({ name }) => name === 'VOLUME'));
  });

  test('runs under an init, not as root, and says whether it is healthy', () => {
    const names = instructions.map(({ name }) => name);
    expect(names.lastIndexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(['tini', '--', 'timers']);
    expect(JSON.parse(last('CMD') ?? '')).toEqual(['start']);
    expect(last('HEALTHCHECK')).toMatch(/ CMD \["timers", "status", "--check"\]$/);
  });
});

describe('its command', () => {
  const desk = new Desk();
  afterAll(() => desk.clear());

  test('is healthy, and a second container knows what the first one did', async () => {
    desk.write('timers.yaml', file.replace(state, './state/timers.db').replace('every: 30s', 'every: 1s'));
    const first = desk.start(['start']);
    await first.event('run.finished');
    expect((await desk.run('status', '--check')).code).toBe(0);
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const second = desk.start(['start']);
    await second.event('scheduler.started');
    expect((await desk.run('history')).stdout).toContain('heartbeat  success');
  });
});
