import { relative } from 'node:path';
import { loadTimerFile, type Loaded, type TimerFile } from '../config/index.js';
import { wayOut } from '../domain/nearest.js';
import type { Instant } from '../domain/time.js';
import type { Job } from '../domain/job.js';
import { thisMachine } from '../this-machine.js';
import { UsageError } from './commands/kind.js';
import { renderDiagnostics } from './render/diagnostics.js';
import type { Terminal } from './terminal.js';

/** Loads the timer file that is named or found from the working directory upwards. */
export function load(terminal: Terminal, file: string | undefined, start: Instant): Promise<Loaded> {
  return loadTimerFile({ cwd: terminal.cwd, ...(file !== undefined && { file }) }, thisMachine(start));
}

/** As {@link load}, and looks for what is to come: changes of the clock, runs that outlast their interval, herds. */
export function loadForeseeing({ cwd }: Terminal, file: string | undefined, start: Instant): Promise<Loaded> {
  return loadTimerFile({ cwd, foresees: true, ...(file !== undefined && { file }) }, thisMachine(start));
}

/** Loads it and says what is wrong with it, with `warns` also what is odd. Answers `undefined` when it cannot be used. */
export async function loadOrTell(
  terminal: Terminal,
  file: string | undefined,
  start: Instant,
  { warns = false }: { readonly warns?: boolean } = {},
): Promise<TimerFile | undefined> {
  const loaded = await load(terminal, file, start);
  const problems = loaded.problems.filter(
    ({ severity, code }) => warns || severity === 'error' || code === 'unknown-tz',
  );
  if (problems.length > 0) terminal.errPainted(...renderLoaded({ ...loaded, problems }, terminal, terminal.color.err));
  return loaded.timerFile;
}

/** The file's problems for a person, in lines; none when there are none. */
export function renderLoaded(
  { path, source, problems }: Loaded,
  { cwd, width }: Terminal,
  color: boolean,
): readonly string[] {
  return renderDiagnostics({
    file: path === undefined ? undefined : shortPath(path, cwd),
    source,
    problems,
    color,
    width,
  });
}

/** As people would write it: relative, unless it lies outside. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

/** The job of that name. @throws UsageError with the nearest right word. */
export function jobNamed({ jobs, path }: TimerFile, name: string): Job {
  const job = jobs.find((other) => other.name === name);
  if (job !== undefined) return job;
  const names = jobs.map((other) => other.name);
  throw new UsageError(`there is no timer "${name}" in ${path}. ${wayOut(name, names)}`);
}
