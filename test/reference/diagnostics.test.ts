import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DIAGNOSTICS, renderDiagnostics } from '../../docs/generator/diagnostics.js';
import { WARNINGS } from '../../src/config/check/warning-codes.js';
import { parseTimerFile } from '../../src/config/index.js';
import { backup, machine } from '../config/diagnose.js';
import { ROOT } from '../support/program.js';

test('docs/reference/diagnostics.md matches the output of npm run docs', async () => {
  await expect(renderDiagnostics()).toMatchFileSnapshot('../../docs/reference/diagnostics.md');
});

/** The problems of a file with these lines, or of a timer with these lines. */
const problemsOf = (example: string) => {
  const text = /^timers:|^timers$|\ntimers:|^[-#%<]|^timezone: \w+$/.test(example) ? example : backup(example);
  return parseTimerFile({ path: '/etc/timers.yaml', folder: '/etc', text, foresees: true }, machine).problems;
};

describe('each example causes its diagnostic', () => {
  const examples = Object.entries(DIAGNOSTICS).filter(([, { example }]) => example !== undefined);
  test.each(examples)('%s', (code, { example = '', severity }) => {
    const found = problemsOf(example).find((problem) => problem.code === code);
    expect(problemsOf(example).map((problem) => problem.code)).toContain(code);
    if (severity !== 'either') expect(found?.severity).toBe(severity ?? 'error');
  });
});

test('only warnings can be ignored', () => {
  for (const code of WARNINGS) expect(DIAGNOSTICS[code]?.severity, code).toBe('warning');
});

test('the program can report every code on the page', () => {
  const sources = ['src/config', 'src/schedules', 'src/daemon/origin']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts') && !/codes(\/|\.ts)/.test(file))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('');
  const unused = Object.keys(DIAGNOSTICS).filter((code) => !sources.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
