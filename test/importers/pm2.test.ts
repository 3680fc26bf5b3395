import { expect, test } from 'vitest';
import { pm2 } from '../../src/importers/pm2/pm2.js';
import { firings, imported, told } from './imported.js';

const ECOSYSTEM = `{
  // Jobs of the shop
  "apps": [
    { "name": "api", "script": "server.js", "instances": "max" },
    { "name": "sync", "script": "./sync.js", "args": "--full 'a b'", "cron_restart": "0 */4 * * MON-FRI",
      "autorestart": false, "env": { "NODE_ENV": "production", "N": 3 }, "cwd": "/srv", "out_file": "x.log", },
    { "name": "report", "script": "npm run \\"a // b\\"", "cron_restart": "30 2 * * *", "instances": 2, "watch": true }, /* the last */
  ],
  "deploy": {},
}
`;

test('an app with cron_restart becomes a timer with overlap: replace', () => {
  const { jobs, text } = imported(pm2, ECOSYSTEM, { path: 'ecosystem.json', timezone: 'Europe/Berlin' });
  expect(jobs.map(({ name }) => name)).toEqual(['sync', 'report']);
  expect(text).toContain(`  sync:
    cron: "0 */4 * * MON-FRI"
    run: [ node, ./sync.js, --full, a b ]
    cwd: /srv
    env:
      NODE_ENV: production
      N: "3"
`);
  expect(text).toContain(`run: [ bash, -c, npm run "a // b" ]`);
  expect(text).toMatch(/defaults:\n {2}run_at_start: true\n {2}overlap: replace\n {2}kill_after: 1s600ms\n/);
});

test('each difference of an ecosystem file is reported with its line', () => {
  const conversion = imported(pm2, ECOSYSTEM, { path: 'ecosystem.json', timezone: 'Europe/Berlin' });
  expect(told(conversion)).toEqual([
    '- 9 note',
    '- 5 note',
    '- 4 error',
    'sync 6 warning',
    'report 7 warning',
    'report 7 warning',
    'report 7 warning',
  ]);
  expect(conversion.differences[2]?.message).toBe('api is left out: without cron_restart, pm2 only keeps it running.');
});

test('a day matches both day fields, and a skipped local time does not fire, like in croner 4.1', () => {
  const app = (cron: string) => `apps:\n  - { name: a, script: a.py, cron_restart: "${cron}", autorestart: false }\n`;
  const fired = (cron: string, after: string, count: number) => {
    const { jobs, differences } = imported(pm2, app(cron), { timezone: 'Europe/Berlin' });
    expect(differences.filter(({ severity }) => severity !== 'note')).toEqual([]);
    return jobs.map((job) => firings(job, count, Date.parse(after)).map((time) => time.slice(0, 16)));
  };
  expect(fired('0 9 1-7 * 1', '2026-11-29', 3)).toEqual([['2026-12-07T08:00', '2027-01-04T08:00', '2027-02-01T08:00']]);
  expect(fired('30 2 * * *', '2027-03-27T12:00Z', 2)).toEqual([['2027-03-29T00:30', '2027-03-30T00:30']]);
  expect(fired('30 2 * * *', '2026-10-24T12:00Z', 2)).toEqual([['2026-10-25T00:30', '2026-10-26T01:30']]);
  expect(fired('0 0 L * *', '2026-11-29', 2)).toEqual([['2026-11-29T23:00', '2026-12-30T23:00']]);
});

test('a schedule by elapsed time reports the hour that a clock change repeats', () => {
  const text = 'apps:\n  - { name: a, script: a.js, cron_restart: "*/20 * * * *" }\n';
  const { differences } = imported(pm2, text, { timezone: 'Europe/Berlin' });
  const messages = differences.map(({ message }) => message).join('\n');
  expect(messages).toContain('First difference, at Sun 2027-10-31 02:00:00 +01:00: timers starts it');
});

test('a JavaScript file is omitted with the command that prints it as JSON', () => {
  const text = 'module.exports = { apps: [{ script: "x.js", cron_restart: "0 0 * * *" }] };\n';
  expect(pm2.recognize({ path: 'ecosystem.config.js', text })).toBeGreaterThan(0.9);
  const { names, differences } = imported(pm2, text, { path: './ecosystem.config.js' });
  expect(names).toEqual([]);
  expect(differences[0]).toMatchObject({
    severity: 'error',
    hint: expect.stringContaining('JSON.stringify(require("./ecosystem.config.js"), null, 2)') as unknown,
  });
});

test.each(['* * ? * *', '0/5 * * * *', '0 0 * * FRI-MON', '0 0 * *'])('%s is rejected with the reason', (cron) => {
  const { names, differences } = imported(pm2, `apps:\n  - { name: a, script: a.js, cron_restart: "${cron}" }\n`);
  expect(names).toEqual([]);
  expect(differences.map(({ message }) => message).join()).toContain(`its expression "${cron}" can't be carried over`);
});
