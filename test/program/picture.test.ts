import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Desk } from '../support/program.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

/** The text of each line, without times, durations, dates and padding, which differ from run to run. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/^── .* ─+$/, 'day')
        .replace(/\d+:\d\d:\d\d/g, 'time')
        .replace(/\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'duration')
        .replace(/, duration late/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');

/** What the picture of the README shows below the prompt. */
const drawn = linesOf(
  [...readFileSync('docs/picture/terminal.svg', 'utf8').matchAll(/<text [^>]*>(.*)<\/text>/g)]
    .slice(1)
    .map(([, line = '']) =>
      line
        .replace(/<[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&'),
    )
    .join('\n'),
);

test('a real run of the example prints each line of the picture', async () => {
  expect(drawn.length).toBeGreaterThan(12);
  expect(drawn.some((line) => line.includes('↻'))).toBe(true);
  desk.write('timers.yaml', readFileSync('timers.example.yaml', 'utf8'));
  const program = desk.start(['start', '--state', 'memory', '--log-format', 'pretty'], { env: { LC_ALL: 'C.UTF-8' } });
  let log = '';
  program.process.stdout?.on('data', (chunk: string) => (log += chunk));
  // `flaky` fails in every second run: after 14 s at the latest.
  await eventually('the lines of the picture', () => {
    const printed = linesOf(log.replaceAll(`${desk.folder}/`, ''));
    const missing = drawn.filter((line) => !printed.includes(line));
    if (missing.length > 0) throw new Error(`not printed: ${missing.join(' · ')}`);
    return true;
  });
});
