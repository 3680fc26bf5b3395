import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missing, why } from '../support/monitors.js';
import { Desk, ROOT } from '../support/program.js';

/** Node has no datagram sockets of Unix. Prints each message on a line, in JSON, and accepts the barrier. */
const RECEIVER = `
import json, os, socket, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind('\\0' + name[1:] if name[0] == '@' else name)
print('"bound"', flush=True)
while True:
    data, descriptors, *_ = socket.recv_fds(receiver, 65536, 8)
    for descriptor in descriptors: os.close(descriptor)
    if data != b'BARRIER=1': print(json.dumps(data.decode()), flush=True)
`;

/** The socket of a service manager. */
class NotifySocket {
  readonly name: string;
  readonly #process;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(name: string) {
    this.name = name;
    this.#process = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#reader = createInterface(this.#process.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next message, as its assignments. */
  async next(): Promise<readonly string[]> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the receiver has ended');
    return (JSON.parse(value) as string).split('\n');
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill();
      await once(this.#process, 'exit');
    }
    this.#reader.close();
  }
}

const FILE = 'state: false\ntimers:\n  once: { in: 1ms, run: env }\n  hourly: { every: 1h, run: sleep 60 }\n';

let desk: Desk;
let manager: NotifySocket | undefined;
beforeEach(() => {
  desk = new Desk();
  desk.write('timers.yaml', FILE);
});
afterEach(async () => {
  await desk.clear();
  await manager?.close();
  manager = undefined;
});

async function listen(name: string): Promise<NotifySocket> {
  manager = new NotifySocket(name);
  expect(await manager.next()).toEqual(['bound']);
  return manager;
}

const lacks = missing('systemd-notify', 'python3');

describe.skipIf(lacks.length > 0)(`a service manager${why(lacks)}`, () => {
  test.each([
    ['a socket in a folder', 'auto', () => join(desk.folder, 'notify')],
    ['an abstract socket', 'auto', () => `@timers-test-${process.pid}`],
    ['a socket in a folder, without the forker', 'execa', () => join(desk.folder, 'notify')],
  ])('receives start, reload and stop of the service through %s', async (_, launcher, name) => {
    const socket = await listen(name());
    const env = { NOTIFY_SOCKET: socket.name };
    const program = desk.start(['start', '--launcher', launcher], { env });
    const ready = await socket.next();
    expect(ready).toEqual(['READY=1', expect.stringMatching(/^STATUS=2 timers, \d active runs?; next start /)]);
    program.kill('SIGHUP');
    const [reloading, at, status] = await socket.next();
    expect([reloading, status]).toEqual(['RELOADING=1', 'STATUS=Reloading the timer file']);
    const uptime = Number(process.hrtime.bigint() / 1_000n);
    // systemd recognizes the reload that it requested if this is after its request.
    expect(Number(at?.replace('MONOTONIC_USEC=', ''))).toBeLessThanOrEqual(uptime);
    expect(Number(at?.replace('MONOTONIC_USEC=', ''))).toBeGreaterThan(uptime - 300_000_000);
    expect((await socket.next())[0]).toBe('READY=1');
    program.kill('SIGTERM');
    expect((await socket.next())[0]).toBe('STOPPING=1');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('receives watchdog keep-alives from the service', async () => {
    const socket = await listen(join(desk.folder, 'notify'));
    desk.start(['start'], { env: { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: '400000' } });
    expect((await socket.next())[0]).toBe('READY=1');
    expect((await socket.next())[0]).toBe('WATCHDOG=1');
    expect((await socket.next())[0]).toBe('WATCHDOG=1');
  });

  test('receives nothing from the timers’ commands', async () => {
    const socket = await listen(join(desk.folder, 'notify'));
    const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: '60000000', MARK: 'inherited' };
    const program = desk.start(['start'], { env });
    await program.event('run.finished');
    const printed = program.lines.filter(({ event }) => event === 'run.output').map(({ line }) => String(line));
    expect(printed).toContain('MARK=inherited');
    expect(printed.filter((line) => /^(NOTIFY|WATCHDOG)_/.test(line))).toEqual([]);
  });
});

test('an unreachable service manager is reported once, and the timers run', async () => {
  const env = { NOTIFY_SOCKET: join(desk.folder, 'nobody'), WATCHDOG_USEC: '100000' };
  const program = desk.start(['start'], { env });
  await program.said('the service manager was not notified: ');
  await program.event('run.finished', 'once');
  program.kill('SIGTERM');
  const { code, stderr } = await program.ended;
  expect(code).toBe(0);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^timers: the service manager was not notified: .*; the timers keep running$/),
  ]);
});

const unit = join(ROOT, 'examples/systemd/timers.service');
const lacksAnalyze = missing('systemd-analyze');

describe.skipIf(lacksAnalyze.length > 0)(`the systemd unit${why(lacksAnalyze)}`, () => {
  test('is valid', () => {
    const path = desk.write(
      'timers.service',
      readFileSync(unit, 'utf8').replaceAll('/usr/local/bin/timers', process.execPath),
    );
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('has a low exposure level in systemd-analyze security', () => {
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
      encoding: 'utf8',
    });
    expect(Number(/exposure level for timers\.service: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(3);
  });

  test('runs commands that exist, with options that exist', async () => {
    const commands = [...readFileSync(unit, 'utf8').matchAll(/^Exec\w+=\S+ (.*)$/gm)].map(([, line = '']) => line);
    expect(commands).toHaveLength(2);
    for (const [command = '', ...args] of commands.map((line) => line.split(' '))) {
      const help = (await desk.run(command, '--help')).stdout;
      expect(help).toContain(`Usage: timers ${command}`);
      for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(option);
    }
  });
});

const lacksPython = missing('python3');

test.skipIf(lacksPython.length > 0)(`the launchd plist is valid${why(lacksPython)}`, () => {
  const plist = join(ROOT, 'examples/launchd/timers.plist');
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  const {
    ProgramArguments: [, ...args],
    ...rest
  } = JSON.parse(execFileSync('python3', ['-c', script, plist], { encoding: 'utf8' })) as {
    ProgramArguments: [string, ...string[]];
  };
  expect(args).toEqual(['start', '--file', '/Users/you/timers.yaml', '--keep-alive', '--watch']);
  expect(rest).toMatchObject({ Label: 'timers', KeepAlive: { SuccessfulExit: false }, ExitTimeOut: 30 });
});

test('the pm2 configuration in the guide starts one scheduler with options that exist', async () => {
  const guide = readFileSync(join(ROOT, 'docs/guide/containers-and-services.md'), 'utf8');
  const [, text = ''] = /^```js ecosystem\.config\.cjs\n([^]*?)^```$/m.exec(guide) ?? [];
  const path = desk.write('ecosystem.config.cjs', text);
  const print = 'console.log(JSON.stringify(require(process.argv[1]).apps))';
  const apps = JSON.parse(execFileSync(process.execPath, ['-e', print, path], { encoding: 'utf8' })) as object[];
  expect(apps).toEqual([
    expect.objectContaining({ interpreter: 'none', exec_mode: 'fork', args: expect.stringMatching(/^start /) }),
  ]);
  const { args } = apps[0] as { args: string };
  const help = (await desk.run('start', '--help')).stdout;
  for (const option of args.split(' ').filter((word) => word.startsWith('--'))) expect(help).toContain(option);
});
