import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Instant } from '../../src/domain/time.js';
import type { Imported, Importer, ImportContext, ImportedTimer, SourceFile } from '../../src/importers/kind.js';
import { parseScheduleAt, type ScheduleSpec } from '../../src/schedules/index.js';

const folderOf = (name: string): string => new URL(`samples/${name}/`, import.meta.url).pathname;

/** The files of other schedulers below `samples`. */
export const samplesOf = (name: string): readonly SourceFile[] =>
  readdirSync(folderOf(name)).map((path) => ({ path, text: readFileSync(`${folderOf(name)}${path}`, 'utf8') }));

/** A machine in Berlin that also has the files of a folder of `samples`. */
const contextOf = (folder: string): ImportContext => ({
  timezone: 'Europe/Berlin',
  now: Date.UTC(2026, 10, 29),
  readBeside: (_from, named) => samplesOf(folder).find(({ path }) => path === named),
});

/** The result of reading one file of a folder of `samples`. */
export function readSample(importer: Importer, folder: string, path: string): Imported {
  const file = samplesOf(folder).find((one) => one.path === path);
  if (file === undefined) throw new Error(`no sample ${path}`);
  return importer.read([file], contextOf(folder));
}

/** The result of reading a text. */
export const readText = (importer: Importer, text: string): Imported =>
  importer.read([{ path: 'file', text }], contextOf('kubernetes'));

export const timerOf = ({ timers }: Imported, name: string): ImportedTimer => {
  const found = timers.find((timer) => timer.name === name);
  expect(found, `a timer ${name}`).toBeDefined();
  return found as ImportedTimer;
};

/** Each difference as `line severity: message`. */
export const toldOf = ({ differences }: Pick<Imported, 'differences'>): readonly string[] =>
  differences.map(({ line, severity, message }) => `${line} ${severity}: ${message}`);

const next = (schedule: { next(after: Instant): Instant | undefined }, after: Instant, count: number) => {
  const found: string[] = [];
  for (let at: Instant | undefined = after; found.length < count;) {
    at = schedule.next(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString());
  }
  return found;
};

/** Before clock changes in both halves of the world, and before a leap day. */
const STARTS = ['2026-11-29', '2027-03-26', '2027-09-02', '2027-10-29', '2028-02-27'].map((day) => Date.parse(day));

/** The next 20 firings from four starts: by the rules of the source, and those of the timer. */
export function firingsOf(timer: ImportedTimer, timezone: string) {
  const { cron, every, dst, timezone: own = timezone } = timer.keys;
  const spec = JSON.parse(JSON.stringify({ cron, every, dst, timezone: own })) as ScheduleSpec;
  const here = parseScheduleAt(spec, { start: 0 });
  return {
    here: STARTS.map((start) => next(here, start, 20)),
    there: timer.original && STARTS.map((start) => next(timer.original ?? here, start, 20)),
  };
}
