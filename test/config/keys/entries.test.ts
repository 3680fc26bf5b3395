import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { exampleOf, keyCatalog, type KeyInfo } from '../../../src/config/keys/catalog.js';
import { KEY_ENTRIES } from '../../../src/config/keys/index.js';
import { fallbackOf, yamlOf } from '../../../src/config/keys/text.js';
import { KEYS, type KeyLevel } from '../../../src/config/check/schema.js';
import type { Job } from '../../../src/domain/job.js';
import type { Outcome } from '../../../src/domain/outcome.js';
import { scheduleKinds } from '../../../src/schedules/index.js';
import { load, machine } from '../diagnose.js';

const keys = keyCatalog().flatMap((group) => group.keys);

describe('reference entries', () => {
  test.each(Object.keys(KEYS) as KeyLevel[])('match the keys of %s', (level) => {
    expect(Object.keys(KEY_ENTRIES[level]).sort()).toEqual([...KEYS[level]].sort());
  });

  test('cover every key of the file, of timers and of maps once', () => {
    const inMaps = (Object.keys(KEY_ENTRIES) as (keyof typeof KEY_ENTRIES)[])
      .filter((level) => !['file', 'timer', 'defaults'].includes(level))
      .flatMap((level) => Object.keys(KEY_ENTRIES[level]).map((key) => `${level}.${key}`));
    expect(keys.map(({ path }) => path).sort()).toEqual([...KEYS.file, ...KEYS.timer, ...inMaps].sort());
  });

  test.each(keys.map((key) => [`${key.level} ${key.path}`, key] as const))(
    'are complete: %s',
    (_name, { entry, type }) => {
      const { summary, details = [], example } = entry;
      expect(type).not.toBe('');
      expect(fallbackOf(entry)).toBeDefined();
      expect(() => parse(example) as unknown).not.toThrow();
      for (const sentence of [summary, ...details]) {
        expect(sentence).toMatch(/^[A-Z`].*\.$/);
        for (const one of sentence.split(/\. /)) expect(one.split(' ').length, one).toBeLessThanOrEqual(25);
      }
    },
  );
});

/** A valid file that contains a line. */
function fileWith({ path, level }: Pick<KeyInfo, 'path' | 'level'>, line: string | undefined): string {
  const timer = path === 'run' ? ['every: 10s'] : ['run: ./backup.sh'];
  const isSchedule = scheduleKinds.some(({ key }) => key === path.replace(/\..*/, ''));
  if (!isSchedule && path !== 'run') timer.push('every: 10s');
  const own = line === undefined ? [] : [line];
  if (path === 'timers') return own.join('\n');
  // Runs for workers need a shared state, and so does `clock.state`.
  const state = ['run_on', 'clock.state'].includes(path) ? ['state: redis://db.example.org/0'] : [];
  const [top, inside] = level === 'file' ? [[...state, ...own], timer] : [state, [...timer, ...own]];
  return [...top, 'timers:', '  backup:', ...inside.map((one) => `    ${one}`)].join('\n');
}

/** Codes that depend on this machine rather than on the file. */
const HERE = ['needs-root', 'no-token', 'no-password', 'missing-env-file', 'bad-cwd'];

describe('each example is valid', () => {
  test.each(keys.map((key) => [exampleOf(key), key] as const))('%s', (example, key) => {
    const { problems } = load(fileWith(key, example), '/etc/timers.yaml', { ...machine, env: {} });
    const errors = problems.filter(({ severity, code }) => severity === 'error' && !HERE.includes(code));
    expect(errors).toEqual([]);
  });
});

describe('a key set to its default changes nothing', () => {
  const withDefault = keys.filter(({ entry }) => entry.default !== undefined);
  test.each(withDefault.map((key) => [key.path, key] as const))('%s', (_path, key) => {
    const { entry, path } = key;
    const example = yamlOf(entry.default ?? '');
    const written = exampleOf({ ...key, entry: { ...entry, example } });
    const bare = path.includes('.') ? `${path.replace(/\..*/, '')}: { ${entry.beside ?? ''} }` : undefined;
    expect(meaning(fileWith(key, written))).toEqual(meaning(fileWith(key, bare)));
  });
});

/** What a file means to the scheduler. Policies are compared by what they do. */
function meaning(text: string): unknown {
  const { timerFile, settings, problems } = load(text);
  expect(problems.filter(({ severity, code }) => severity === 'error' && !HERE.includes(code))).toEqual([]);
  const job = timerFile?.jobs[0];
  return { settings, job: JSON.parse(JSON.stringify({ ...job, definition: {} }, plain)), ...(job && acts(job)) };
}

/** The text of a schedule in the file is not its meaning. */
const plain = (key: string, value: unknown): unknown => {
  if (key === 'source') return undefined;
  return value instanceof Set ? [...(value as Set<unknown>)] : value;
};

const FAILURE: Outcome = { status: 'failure', exitCode: 1 };

const acts = ({ schedule, retry, breaker, admission, misfire }: Job): object => ({
  next: schedule.next(12_345),
  pauses: [1, 2, 3, 4].map((attempt) => retry.pauseAfter(attempt, FAILURE)),
  opened: breaker?.after({ kind: 'closed' }, { outcome: FAILURE, failuresInARow: 3, isTrial: false }, 0),
  admitted: admission.map((policy) => policy.admit({ trigger: 'schedule' } as never, { running: 1, waiting: 0 })),
  caughtUp: misfire.select([1, 2], 10),
});
