import { resolve } from 'node:path';
import { readRunTimes as readFile, type ReadableFile } from '../../../config/index.js';
import type { Job } from '../../../domain/job.js';
import type { History } from '../../../domain/ledger.js';
import { DEFAULT_RUN_TIME, recordedRunTimes, type RunTime } from '../../../simulation/recorded-run-times.js';
import { renderDiagnostics } from '../../render/diagnostics.js';
import { readDuration } from './simulate-options.js';
import type { SimulatedRunTimes } from './report.js';
import type { Terminal } from '../../terminal.js';

/** Queries the history of a timer file, or returns why it has none. */
export type AskHistory = <Answer>(
  timerFile: ReadableFile,
  ask: (history: History) => Answer,
) => Promise<{ readonly answer: Answer } | { readonly reason: string }>;

export interface RunTimeQuestion {
  /** `recorded`, one duration for all, or the path of a file. */
  readonly asked: string;
  readonly timerFile: ReadableFile;
  readonly jobs: readonly Job[];
  readonly askHistory: AskHistory;
}

/**
 * Finds how long runs take. If that is not possible, prints the reason and returns `undefined`. @throws UsageError for
 * an invalid duration.
 */
export async function findRunTimes(
  question: RunTimeQuestion,
  terminal: Terminal,
): Promise<SimulatedRunTimes | undefined> {
  const { asked, timerFile, jobs, askHistory } = question;
  if (asked === 'recorded') {
    const names = jobs.map(({ name }) => name);
    const told = await askHistory(timerFile, (history) => recordedRunTimes(history, names));
    if ('answer' in told) return complete(told.answer, 'recorded', question);
    terminal.err(`timers: --durations recorded: ${told.reason}`);
    return undefined;
  }
  if (isPath(asked)) {
    const runTimes = readFileOrTell(asked, timerFile, terminal);
    return runTimes && complete(runTimes, 'file', question);
  }
  const always = readDuration('--durations takes a duration, a .yaml or .json file, or recorded', asked);
  const forAll = new Map(jobs.map(({ name }) => [name, { p50: always, p95: always }]));
  return complete(forAll, 'fixed', question);
}

const isPath = (text: string): boolean => /[/\\]|\.(?:ya?ml|json)$/.test(text);

function complete(
  known: ReadonlyMap<string, RunTime>,
  source: SimulatedRunTimes['source'],
  { asked, jobs }: RunTimeQuestion,
): SimulatedRunTimes {
  const names = jobs.map(({ name }) => name);
  return {
    asked,
    source,
    byName: new Map(names.map((name) => [name, known.get(name) ?? DEFAULT_RUN_TIME])),
    unknown: names.filter((name) => !known.has(name)),
  };
}

/**
 * Reads a file of run times, or reports its errors. An unknown timer is reported and ignored, because one file may
 * serve several timer files.
 */
function readFileOrTell(
  path: string,
  { jobs }: ReadableFile,
  terminal: Terminal,
): ReadonlyMap<string, RunTime> | undefined {
  const { source, problems, runTimes } = readFile(resolve(terminal.cwd, path));
  const { width } = terminal;
  if (problems.length > 0)
    terminal.errPainted(...renderDiagnostics({ file: path, source, problems, color: terminal.color.err, width }));
  const strangers = [...runTimes.keys()].filter((name) => !jobs.some((job) => job.name === name));
  if (strangers.length > 0)
    terminal.err(
      `timers: ${path} names ${strangers.length === 1 ? 'an unknown timer' : 'unknown timers'}: ${strangers.join(', ')}`,
    );
  return problems.some(({ severity }) => severity === 'error') ? undefined : runTimes;
}
