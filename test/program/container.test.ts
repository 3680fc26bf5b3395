import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { noCompiler } from '../support/c-compiler.js';
import { Desk, ROOT } from '../support/program.js';

const FOLDER = join(ROOT, 'examples/container');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

/** The instructions of the Dockerfile and their arguments, in order; continued lines are joined. */
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
  test('is built from the checkout', () => {
    const ignored = read('Dockerfile.dockerignore').trim().split('\n');
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources).toContain('.');
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignored).not.toContain(source);
    }
    // No ignored file is under version control: the build would lack it.
    const tracked = execFileSync('git', ['ls-files', '--', 'dist', 'node_modules', '*.tgz'], { cwd: ROOT });
    expect(tracked.toString()).toBe('');
  });

  test('is built on an image with a C compiler, and runs on one without', () => {
    expect(all('FROM')).toEqual(['node:24 AS build', 'node:24-slim']);
  });

  test('installs the packed checkout, not a package of that name from a registry', () => {
    const installs = all('RUN').filter((rest) => /npm (install|i|add) |npx /.test(rest));
    expect(installs).toHaveLength(1);
    const target = /npm install --global (\S+)/.exec(installs[0] ?? '')?.[1] ?? '';
    expect(target).toMatch(/^\/.*\.tgz$/);
    const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
    expect(all('RUN').join('\n')).toContain('npm pack --ignore-scripts --pack-destination /');
    expect(all('COPY')).toContain(`--from=build /${name}-*.tgz ${target}`);
  });

  test('keeps the state on a volume that its user can write to', () => {
    const folder = dirname(state);
    expect(last('VOLUME')).toBe(folder);
    expect(last('USER')).toBe('node');
    const made = instructions.findIndex(({ rest }) => rest.includes(`chown node:node ${folder}`));
    // Changes below a volume after its declaration are lost.
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(instructions.findIndex(({ name }) => name === 'VOLUME'));
  });

  test('runs under an init, as a non-root user, with a health check', () => {
    const names = instructions.map(({ name }) => name);
    expect(names.lastIndexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(['tini', '--', 'timers']);
    expect(JSON.parse(last('CMD') ?? '')).toEqual(['start']);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
    expect(last('HEALTHCHECK')).toMatch(/ CMD \["timers", "status", "--check"\]$/);
  });
});

/** Why the root file system of an image cannot be made here; `undefined` if it can. */
function whyNoRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can mount';
  for (const tool of ['tini', 'unshare', 'setpriv'])
    if (spawnSync(tool, ['--version']).status !== 0) return `there is no ${tool}`;
  const overlay =
    'mount -t tmpfs t /mnt && mkdir /mnt/up /mnt/work /mnt/merged && mount -t overlay o -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/merged';
  return spawnSync('unshare', ['--mount', 'sh', '-c', overlay]).status === 0
    ? undefined
    : 'this kernel mounts no overlay';
}

/** The steps of the last stage, without those that install packages from the network. */
const steps = () =>
  instructions
    .slice(instructions.findLastIndex(({ name }) => name === 'FROM') + 1)
    .filter(({ name, rest }) => name === 'RUN' && !rest.startsWith('apt-get '))
    .map(({ rest }) => rest);

/**
 * Builds the image's root over this machine's, runs its command there twice as the image would, and prints the result.
 */
const container = (folder: string, tarball: string): string => `
set -eu
image=${folder}/image
mkdir $image && mount -t tmpfs image $image
mkdir $image/up $image/work $image/merged
mount -t overlay overlay -o lowerdir=/,upperdir=$image/up,workdir=$image/work $image/merged
cd $image/merged
mount -t tmpfs tmp tmp && chmod 1777 tmp
mount -t tmpfs home root
mount --rbind /dev dev
chroot . useradd --create-home --shell /bin/sh node
cp ${tarball} ./${/ (\/\S+\.tgz)$/.exec(all('COPY').find((rest) => rest.startsWith('--from')) ?? '')?.[1] ?? ''}
${steps()
  .map((step) => `chroot . env npm_config_offline=true sh -c '${step}' >&2`)
  .join('\n')}
mkdir -p app && cp ${folder}/timers.yaml app
mount -o remount,ro,bind $image/merged
mount -t tmpfs state .${dirname(state)} && chown --reference=home/node .${dirname(state)}
! chroot . touch /home/node/file 2>/dev/null || { echo 'the root can be written to'; exit 1; }
as_node='setpriv --reuid=node --regid=node --clear-groups --no-new-privs --bounding-set=-all env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/node'
inside() { chroot . $as_node sh -c 'cd /app && exec "$@"' sh "$@"; }
for life in first second; do
  unshare --pid --fork --kill-child --mount-proc=$image/merged/proc \\
    chroot . $as_node sh -c 'cd /app && exec "$@"' sh ${words(last('ENTRYPOINT'))} ${words(last('CMD'))} >${folder}/$life.log &
  scheduler=$!
  until inside ${words(last('HEALTHCHECK')?.replace(/^.* CMD /, ''))} 2>/dev/null >&2; do kill -0 $scheduler; done
  until grep -q run.finished ${folder}/$life.log; do kill -0 $scheduler; done
  kill -s ${last('STOPSIGNAL')?.replace('SIG', '')} $(pgrep -P $scheduler)
  wait $scheduler && echo "$life: exit code 0"
  inside timers history --json | head -1
done
`;

/** The words of an instruction in the form of a list. */
const words = (list = '[]'): string => (JSON.parse(list) as readonly string[]).join(' ');

describe('a container', () => {
  const desk = new Desk();
  afterAll(() => desk.clear());

  test('runs as a non-root user on a read-only root, is healthy, stops cleanly and keeps its history', ({ skip }) => {
    const reason = whyNoRoot();
    if (reason !== undefined) skip(reason);
    desk.write('timers.yaml', file.replace('every: 30s', 'every: 1s'));
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', desk.folder];
    const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' })) as [{ filename: string }];
    const script = container(desk.folder, join(desk.folder, packed.filename));
    const { stdout, stderr, status } = spawnSync('unshare', ['--mount', 'bash', '-c', script], { encoding: 'utf8' });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const [first, oldest, second, newest] = stdout.trim().split('\n');
    expect([first, second]).toEqual(['first: exit code 0', 'second: exit code 0']);
    expect(JSON.parse(oldest ?? '')).toMatchObject({ task_name: 'heartbeat', status: 'success' });
    // The second container knows what the first one did.
    expect(newest).toBe(oldest);
    const [begun] = readFileSync(join(desk.folder, 'first.log'), 'utf8').split('\n');
    const launcher = noCompiler === undefined ? 'forker' : 'execa';
    expect(JSON.parse(begun ?? '')).toMatchObject({ event: 'scheduler.started', state, launcher });
  });
});

test('compose.yml applies the restrictions that the Dockerfile’s comment recommends', () => {
  const { services, volumes } = parse(read('compose.yml')) as Compose;
  const { timers } = services;
  expect(timers).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
  const { context, dockerfile } = timers.build;
  expect(existsSync(join(FOLDER, context, dockerfile))).toBe(true);
  expect(timers.volumes).toContain(`${Object.keys(volumes)[0]}:${dirname(state)}`);
  expect(read('Dockerfile')).toContain('docker run --read-only --tmpfs /tmp --cap-drop ALL ');
});

interface Compose {
  readonly services: {
    readonly timers: {
      readonly build: { readonly context: string; readonly dockerfile: string };
      readonly volumes: readonly string[];
    };
  };
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe('the command of the container', () => {
  const desk = new Desk();
  afterAll(() => desk.clear());

  test('is healthy, and a second container sees the history of the first', async () => {
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
