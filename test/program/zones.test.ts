import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parseScheduleAt } from '../../src/schedules/index.js';
import { Desk } from '../support/program.js';
import { WebPuppet } from '../support/web-puppet.js';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

afterEach(() => desk.clear());

/** Far from every machine's zone, with a unique offset. */
const FILE = `
timezone: Asia/Kathmandu
state: ./s.db
timers:
  once: { in: 10ms, run: "echo hello" }
`;

describe('output uses the time zone of the file and names it once', () => {
  test('in the pretty log and in history', async () => {
    desk.write('timers.yaml', FILE);
    const { stdout: log } = await desk.run('start', '--log-format', 'pretty');
    expect(log).toMatch(/^── \w{3} \d{4}-\d\d-\d\d \+05:45 Asia\/Kathmandu ─+\n/);
    expect(log.match(/Kathmandu/g)).toHaveLength(1);
    const time = /(\d\d:\d\d):\d\d ✓ once/.exec(log)?.[1];

    const { stdout, stderr } = await desk.run('history');
    expect(stderr).toBe('Times are in Asia/Kathmandu.\n');
    expect(stdout).toContain(`${time}:`);
    const why = await desk.run('why', 'once', '--at', time ?? '');
    expect(why.stdout).toContain('+05:45');

    const elsewhere = await desk.run('history', '--timezone', 'America/St_Johns');
    expect(elsewhere.stderr).toBe('Times are in America/St_Johns.\n');
    expect(elsewhere.stdout).not.toContain(`${time}:`);
  });

  test('in commands that query a running scheduler', async () => {
    desk.write('timers.yaml', `${FILE}  job: { cron: "0 3 * * *", run: "true" }\n`);
    const program = desk.start(['start']);
    await program.event('run.finished');
    expect((await desk.run('pause', 'job', '--for', '1h')).stderr).toMatch(/\+05:45 Asia\/Kathmandu: job\n$/);
    const { stdout, stderr } = await desk.run('status');
    expect(stdout).toMatch(/paused until [\d:]{8} /);
    expect(stderr).toContain('times are in Asia/Kathmandu');
    const list = await desk.run('list');
    expect(list.stderr).toBe('Times are in Asia/Kathmandu.\n');
    expect((await desk.run('in', '1h', '--', 'true')).stdout).toMatch(
      /:[\d.]+ \+05:45 Asia\/Kathmandu {2}in .*: true\n$/,
    );
    expect((await desk.run('at', '17:00', '--', 'true')).stdout).toMatch(/17:00:00 \+05:45 Asia\/Kathmandu {2}in /);
    const elsewhere = ['--timezone', 'Asia/Tokyo', '--', 'true'];
    expect((await desk.run('in', '1h', ...elsewhere)).stdout).toContain(' +09:00 Asia/Tokyo  in ');
    expect((await desk.run('at', '17:00', ...elsewhere)).stdout).toContain(' 17:00:00 +09:00 Asia/Tokyo  in ');
    expect((await desk.run('logs')).stdout).toMatch(/^── \w{3} \d{4}-\d\d-\d\d \+05:45 Asia\/Kathmandu/);
    expect(JSON.parse((await desk.run('status', '--json')).stdout)).toMatchObject({ timezone: 'Asia/Kathmandu' });
    program.kill('SIGTERM');
    await program.ended;
  });

  test('unless --timezone, which is validated, replaces it', async () => {
    // Not the delay of 10 ms: counted from when the file was read, it may be over before it is shown.
    desk.write('timers.yaml', FILE.replace('10ms', '1h'));
    expect((await desk.run('next', '--timezone', 'America/St_Johns')).stdout).toContain('America/St_Johns');
    const { code, stderr } = await desk.run('list', '--timezone', 'Europe/Berln');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean Europe/Berlin?')]);
  });
});

describe('a file in Europe/Berlin on a machine in UTC', () => {
  const inUtc = { env: { TZ: 'UTC' } };
  /** A date with a time of day, and what follows it. */
  const DATE = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<offset>.{0,7})/g;

  test('each command names Berlin or prints the offset next to each date', async () => {
    desk.write(
      'timers.yaml',
      `timezone: Europe/Berlin
state: ./s.db
timers:
  once: { in: 1ms, run: "echo hello" }
  job: { cron: "0 3 * * *", jitter: 1h, run: "true" }
  later: { at: "2199-07-01 12:00", run: "true" }
  tick: { every: 1h, run: "true" }
`,
    );
    desk.write('new.yaml', 'timezone: Europe/Berlin\ntimers: { job: { cron: "0 4 * * *", run: "true" } }\n');
    const program = desk.start(['start'], inUtc);
    await program.event('run.finished');
    const screens = [
      ...['list', 'status', 'history', 'next', 'next --around-dst', 'explain job', 'why job', 'why once', 'simulate'],
      ...['pause job --for 48h', 'status', 'resume job', 'reset tick', 'diff new.yaml', 'logs', 'in 48h -- true'],
      ...['at 2199-07-01 -- true', 'list', 'next --from 2199-06-30', 'history --since yesterday'],
    ];
    for (const screen of screens) {
      const { code, stdout, stderr } = await desk.start(screen.split(' '), inUtc).ended;
      const shown = stdout + stderr;
      expect({ screen, code }).toEqual({ screen, code: 0 });
      expect({ screen, shown }).toEqual({ screen, shown: expect.not.stringMatching(/\+00:00|\dZ\b|\bUTC\b/) });
      const bare = Array.from(shown.matchAll(DATE), ({ groups }) => groups?.['offset'] ?? '');
      const isNamed = shown.includes('Europe/Berlin');
      expect({ screen, isNamed, bare: bare.filter((offset) => !isNamed && !/^ ?\+0[12]:00/.test(offset)) }).toEqual({
        screen,
        isNamed: expect.any(Boolean) as boolean,
        bare: [],
      });
    }
    program.kill('SIGTERM');
    await program.ended;
  });

  test('a notification contains the time with its offset and the zone', async () => {
    const web = await WebPuppet.open();
    web.answers = 200;
    const timer = `{ in: 1ms, group: one, deadline: 1ms, run: "sleep 60", notify: { webhook: "http://${web.host}/hook", on: [missed] } }`;
    desk.write(
      'timers.yaml',
      `timezone: Europe/Berlin\nstate: false\ngroups: { one: 1 }\ntimers:\n  first: ${timer}\n  second: ${timer}\n`,
    );
    const program = desk.start(['start'], inUtc);
    const { body } = await web.next();
    expect(JSON.parse(body)).toMatchObject({
      change: 'missed',
      text: expect.stringMatching(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[12]:00 Europe\/Berlin\b/),
    });
    program.kill('SIGTERM');
    await program.ended;
    await web.close();
  });
});

describe('an unusual TZ variable', () => {
  const TIMER = 'timers:\n  job: { cron: "0 3 * * *", run: "true" }\n';

  it.each(['Europe/Berln', '"Europe/Berlin"', 'CET-1CEST,M3.5.0,M10.5.0/3', 'BST', 'UTC+2', 'europe/berlin', 'Foo'])(
    '%s is reported as invalid, and UTC is used',
    async (TZ) => {
      desk.write('timers.yaml', TIMER);
      const { code, stdout } = await desk.start(['validate'], { env: { TZ } }).ended;
      expect(code).toBe(0);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        `TZ is set to "${TZ}", which is not a time zone, so UTC is used.`,
      );
      expect((await desk.start(['next', '-n', '1'], { env: { TZ } }).ended).stdout).toMatch(/03:00:00 \+00:00 {2}UTC/);
    },
  );

  it.each(['Asia/Kathmandu', ':Asia/Kathmandu', '/usr/share/zoneinfo/Asia/Kathmandu'])('%s is accepted', async (TZ) => {
    desk.write('timers.yaml', TIMER);
    expect((await desk.start(['next', '-n', '1'], { env: { TZ } }).ended).stdout).toMatch(
      /03:00:00 \+05:45 {2}Asia\/Kathmandu/,
    );
  });

  test('is ignored for a file with its own zone', async () => {
    desk.write('timers.yaml', `timezone: Asia/Kathmandu\n${TIMER}`);
    const { code, stderr } = await desk.start(['validate', '--strict'], { env: { TZ: 'Foo' } }).ended;
    expect([code, stderr]).toEqual([0, '']);
  });
});

test('the program, which has no luxon, reads expressions like the library', async () => {
  const crons = ['*/7 1-5/2 1,15 JAN-JUN/2 *', '5/20 22-2 * * FRI-MON', '30 */15 9 L * ?', '0 0 15W * *', '@weekdays'];
  const timers = crons.map((cron, index) => `  t${index}: { cron: "${cron}", run: "true" }`);
  desk.write('timers.yaml', ['timezone: UTC', 'timers:', ...timers].join('\n'));
  const from = Date.parse('2026-01-01T00:00Z');
  for (const [index, cron] of crons.entries()) {
    const { stdout } = await desk.run(
      'next',
      `t${index}`,
      '--json',
      '-n',
      '30',
      '--from',
      new Date(from).toISOString(),
    );
    const shown = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { scheduled_at: string }).scheduled_at);
    const schedule = parseScheduleAt({ cron, timezone: 'UTC' }, { start: from });
    let due = from;
    expect(shown).toEqual(shown.map(() => new Date((due = schedule.next(due) ?? NaN)).toISOString()));
  }
});
