import { expect } from 'vitest';
import { convert, type Conversion } from '../../src/cli/commands/import/convert.js';
import { parseTimerFile, type Machine } from '../../src/config/index.js';
import type { Instant } from '../../src/domain/time.js';
import { nextInWindow } from '../../src/engine/plan-due.js';
import type { ImportContext, Importer } from '../../src/importers/kind.js';

/** Before the clock changes of a year. */
export const START = Date.UTC(2027, 0, 15, 10, 30);

export const machineIn = (timezone: string, uid = 0): Machine => ({
  env: { HOME: '/root' },
  timezone,
  hostname: 'here',
  uid,
  start: START,
  random: () => 0.5,
});

interface Options {
  readonly path?: string;
  readonly timezone?: string;
  readonly beside?: Readonly<Record<string, string>>;
}

/** The result of importing a text, and the timers of the file. The file is valid, or empty. */
export function imported(
  importer: Importer,
  text: string,
  { path = 'tab', timezone = 'UTC', beside = {} }: Options = {},
) {
  const context: ImportContext = {
    timezone,
    now: START,
    readBeside: (_from, named) => (named in beside ? { path: named, text: beside[named] ?? '' } : undefined),
  };
  const read = importer.read([{ path, text }], context);
  const machine = machineIn(timezone);
  const conversion: Conversion = convert([read], { machine, folder: '/' });
  const { problems, timerFile } = parseTimerFile({ path: '/timers.yaml', folder: '/', text: conversion.text }, machine);
  if (conversion.names.length > 0) expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { ...conversion, read, jobs: timerFile?.jobs ?? [] };
}

/** The next instants of a job, or of the source of a timer. */
export function firings(
  job: Parameters<typeof nextInWindow>[0],
  count: number,
  after: Instant = START,
): readonly string[] {
  const found: string[] = [];
  let next: Instant | undefined = after;
  while (found.length < count && (next = nextInWindow(job, next)) !== undefined)
    found.push(new Date(next).toISOString());
  return found;
}

/** The differences as `line severity text`. */
export const told = ({ differences }: Conversion): readonly string[] =>
  differences.map(({ line, severity, text, timer }) =>
    [timer ?? '-', line, severity, text].filter((part) => part !== undefined).join(' '),
  );
