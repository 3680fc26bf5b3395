import { expect, test } from 'vitest';
import { ofelia } from '../../src/importers/ofelia/ofelia.js';
import { splitWords } from '../../src/importers/words.js';
import { firingsOf, readSample, readText, samplesOf, timerOf, toldOf } from './samples.js';

const read = (path: string) => readSample(ofelia, 'ofelia', path);

test.each(samplesOf('ofelia').map(({ path }) => path))('%s is recognized, and fires when Ofelia would', (path) => {
  const file = samplesOf('ofelia').find((sample) => sample.path === path) ?? { path, text: '' };
  expect(ofelia.recognize(file)).toBeGreaterThan(0);
  const { timers, settings } = read(path);
  expect(timers.length).toBeGreaterThan(1);
  for (const timer of timers.filter(({ original }) => original)) {
    const { here, there } = firingsOf(timer, String(settings['timezone']));
    expect(here).toEqual(there);
  }
});

test('jobs in containers become docker commands', () => {
  const imported = read('config.ini');
  expect(timerOf(imported, 'flush nginx logs').keys['run']).toEqual(
    'docker exec -u www-data nginx-proxy /bin/bash /flush-logs.sh'.split(' '),
  );
  expect(timerOf(imported, 'write-date').keys).toMatchObject({
    cron: '0 30 2 * * *',
    overlap: 'skip',
    run: [
      ...'docker run --rm -v /tmp/test:/tmp/test:rw -e FOO=bar -e'.split(' '),
      'BAZ=q u x',
      'alpine:latest',
      'sh',
      '-c',
      'date | tee -a /tmp/test/date',
    ],
    notify: { webhook: 'https://chat.example/hooks/secret' },
  });
  expect(timerOf(imported, 'start').keys).toMatchObject({ cron: '5/20 * 1-31/2 * MON', overlap: 'allow' });
  expect(toldOf(imported)).toContain('30 error: The job is left out: it starts a swarm service.');
});

test('labels of a Compose file name the service, and Ofelia takes its zone from TZ', () => {
  const imported = read('compose.yaml');
  expect(imported.settings).toEqual({ timezone: 'Europe/Madrid' });
  expect(timerOf(imported, 'my-test-job').keys).toMatchObject({ run: ['date', '-u'], env: { FOO: 'bar', BAZ: 'qux' } });
  expect(timerOf(imported, 'datecron').keys['run']).toEqual('docker compose exec -T -u root nginx uname -a'.split(' '));
});

test('lines and parameters unknown to Ofelia are reported', () => {
  const text = '[job-local "x"]\nschedule = @every 1m\ncommand = a\nwhat ever\nspeed = 3\n';
  const { timers, differences } = readText(ofelia, text);
  expect(toldOf({ differences })).toContain(
    '4 error: The line is left out: "what ever" is neither a section nor a value.',
  );
  expect(toldOf(timers[0] ?? { differences })).toContain('5 warning: speed is left out: timers has no equivalent.');
});

test('unused parameters of [global] are reported', () => {
  const text = '[global]\nenable-web = true\nslack-webhook = a\n[job-local "x"]\nschedule = @daily\ncommand = a\n';
  expect(toldOf(readText(ofelia, text))).toContain('2 warning: enable-web is left out: timers has no equivalent.');
  expect(toldOf(readText(ofelia, text)).join()).not.toContain('slack-webhook is left out');
});

test('pull is a parameter of job-run, and docker run pulls only a missing image', () => {
  const told = (type: string, pull: string) => {
    const text = `[${type} "x"]\nschedule = @daily\nimage = i\ncontainer = c\n${pull}\ncommand = a\n`;
    return toldOf(readText(ofelia, text).timers[0] ?? { differences: [] }).filter((one) => / pull/.test(one));
  };
  const pulls = 'Ofelia pulls the image before each run, if it can. docker run pulls it only if it is missing.';
  expect(told('job-run', 'pull = false')).toEqual([]);
  expect(told('job-run', 'pull = true')).toEqual([`5 warning: ${pulls}`]);
  expect(told('job-run', '')).toEqual([`3 warning: ${pulls}`]);
  expect(told('job-exec', 'pull = false')).toEqual(['5 warning: pull is left out: timers has no equivalent.']);
});

test('words are split like in Ofelia, without a shell', () => {
  expect(splitWords(`one "two three" 'four "five"' si\\ x a'b'"c\\"d" $HOME`)).toEqual([
    'one',
    'two three',
    'four "five"',
    'si x',
    'abc"d',
    '$HOME',
  ]);
});
