import { loadTimerFile, readableFile, type ReadableFile } from '../../../config/index.js';
import type { Job } from '../../../domain/job.js';
import type { Duration, Instant, TimeSpan } from '../../../domain/time.js';
import { jsonText } from '../../../text/visible.js';
import { clockChanges, timeOfDay, writtenOut } from '../../../schedules/index.js';
import { Chance } from '../../../simulation/chance.js';
import { DEFAULT_RUN_TIME, type RunTime } from '../../../simulation/recorded-run-times.js';
import { moved, movesOf } from '../../../simulation/moves.js';
import { simulateWithRules, type Outlook } from '../../../simulation/simulate-with-rules.js';
import type { Rule } from '../../../simulation/rules.js';
import { suggestMoves } from '../../../simulation/suggest.js';
import type { ExitCode } from '../../command.js';
import {
  isOfUse,
  jobNamed,
  loadAsFarAsReadable,
  machineFor,
  sayUnread,
  shortPath,
  type AsFarAsReadable,
  type LoadRequest,
} from '../../load.js';
import { printSimulation } from './render.js';
import { simulationToJson } from './render-json.js';
import { findRunTimes, type AskHistory } from './run-times.js';
import { readRules, readSeed, readShares, readSimulatedSpan, type SimulateOptions } from './simulate-options.js';
import { busiestOf, type Proposal, type SimulatedRunTimes, type SimulationReport, type ZoneChange } from './report.js';
import type { Terminal } from '../../terminal.js';
import { zoneOf } from '../../zone.js';

export interface SimulationSurroundings {
  readonly terminal: Terminal;
  readonly now: Instant;
  readonly askHistory: AskHistory;
}

/** Simulates a timer file and prints what to expect. Returns 1 if a rule fails or part of the file can't be read. */
export async function simulateFile(
  options: SimulateOptions,
  names: readonly string[],
  { terminal, now, askHistory }: SimulationSurroundings,
): Promise<ExitCode> {
  const { loaded } = await loadAsFarAsReadable(terminal, { ...options, now });
  const chance = new Chance(readSeed(options));
  const span = readSimulatedSpan(options, now, zoneOf({}, loaded.settings));
  const found = await loadAt(terminal, { ...options, now: span.from }, { names, chance });
  sayUnread(terminal, found);
  const timerFile = found.readable;
  if (timerFile === undefined) return 1;
  const jobs = jobsOf(timerFile, names, terminal);
  const jobNames = jobs.map(({ name }) => name);
  const shares = readShares(options, jobNames);
  const rules = readRules(options, jobNames);
  const runTimes = await findRunTimes({ asked: options.durations, timerFile, jobs, askHistory }, terminal);
  if (runTimes === undefined) return 1;
  const future = new Future({ timerFile, jobs, span, chance, shares, runTimes, rules });
  const report = await future.report({
    file: shortPath(timerFile.path, terminal.cwd),
    suggests: options.suggest === true,
  });
  if (options.json) terminal.out(...jsonText(simulationToJson(report), 2).split('\n'));
  else printSimulation(report, terminal);
  const verdicts = [...report.plan.verdicts, ...(report.worst?.verdicts ?? [])];
  return timerFile.unread.length === 0 && verdicts.every(({ holds }) => holds) ? 0 : 1;
}

/** Loads the file again as of the simulated start, because delays count from that time. */
async function loadAt(
  terminal: Terminal,
  request: LoadRequest,
  { names, chance }: { readonly names: readonly string[]; readonly chance: Chance },
): Promise<AsFarAsReadable> {
  const machine = { ...machineFor(terminal, request), random: chance.next };
  const { file } = request;
  const loaded = await loadTimerFile({ cwd: terminal.cwd, ...(file !== undefined && { file }) }, machine);
  const asFarAsReadable = readableFile(loaded, machine);
  const readable = asFarAsReadable && { ...asFarAsReadable, ...asFarAsReadable.predictable };
  return { loaded, readable: readable && isOfUse(readable, names) ? readable : undefined };
}

function jobsOf(timerFile: ReadableFile, names: readonly string[], terminal: Terminal): readonly Job[] {
  if (names.length === 0) return timerFile.jobs;
  const jobs = [...new Set(names)].map((name) => jobNamed(timerFile, name));
  for (const { name, enabled } of jobs)
    if (!enabled) terminal.err(`${name} is disabled, so its schedule does not fire it.`);
  return jobs;
}

interface Question {
  readonly timerFile: ReadableFile;
  readonly jobs: readonly Job[];
  readonly span: TimeSpan;
  readonly chance: Chance;
  /** The share of failing attempts, by timer. */
  readonly shares: ReadonlyMap<string, number>;
  readonly runTimes: SimulatedRunTimes;
  readonly rules: readonly Rule[];
}

/** Runs the simulations of one report: the plan, the worst case, the plan with moved timers. */
class Future {
  readonly #question: Question;

  constructor(question: Question) {
    this.#question = question;
  }

  async report({ file, suggests }: { file: string; suggests: boolean }): Promise<SimulationReport> {
    const { timerFile, jobs, span, chance, runTimes } = this.#question;
    const plan = await this.#simulate(jobs, 'p50');
    const hasWorse = [...runTimes.byName.values()].some(({ p50, p95 }) => p95 !== p50);
    return {
      file,
      timezone: timerFile.settings.timezone,
      span,
      seed: chance.seed,
      concurrency: timerFile.settings.concurrency,
      runTimes,
      plan,
      worst: hasWorse ? await this.#simulate(jobs, 'p95') : undefined,
      clockChanges: changesOf(jobs, span),
      suggestion: suggests ? await this.#propose(plan) : undefined,
    };
  }

  /** Runs one simulation. The random numbers start over, so that simulations differ only in their input. */
  #simulate(jobs: readonly Job[], which: keyof RunTime): Promise<Outlook> {
    const { timerFile, span, chance, shares, rules } = this.#question;
    const { timezone, groups, concurrency } = timerFile.settings;
    chance.reset();
    const scenario = {
      jobs,
      groups,
      ...(concurrency !== undefined && { concurrency }),
      span,
      lasting: (job: Job) => this.#lasting(job, which),
      fails: ({ name }: Job) => shares.has(name) && chance.next() < (shares.get(name) ?? 0),
      timeOfDay: (instant: Instant) => timeOfDay(instant, timezone),
    };
    return simulateWithRules(scenario, rules);
  }

  #lasting({ name }: Job, which: keyof RunTime): Duration {
    return (this.#question.runTimes.byName.get(name) ?? DEFAULT_RUN_TIME)[which];
  }

  /** Proposes moves, unless they do not lower the most starts in one minute. */
  async #propose(plan: Outlook): Promise<Proposal> {
    const { jobs } = this.#question;
    const { at, starts } = busiestOf(plan);
    if (at === undefined) return { moves: [], after: plan };
    const moves = suggestMoves({
      jobs,
      busiestAt: at,
      lasting: (job) => this.#lasting(job, 'p50'),
      movesOf: (job) => movesOf(job, writtenOut),
    });
    const moveOf = new Map(moves.map(({ job, move }) => [job, move]));
    const after = await this.#simulate(
      jobs.map((job) => {
        const move = moveOf.get(job);
        return move === undefined ? job : moved(job, move);
      }),
      'p50',
    );
    if (busiestOf(after).starts >= starts) return { moves: [], after: plan };
    return { moves: jobs.flatMap((job) => moves.filter((move) => move.job === job)), after };
  }
}

function changesOf(jobs: readonly Job[], span: TimeSpan): readonly ZoneChange[] {
  const zones = [...new Set(jobs.map(({ timezone }) => timezone))];
  return zones
    .flatMap((timezone) => Array.from(clockChanges(timezone, span), (change) => ({ timezone, ...change })))
    .sort((one, other) => one.at - other.at);
}
