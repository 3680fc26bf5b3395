import type { ChalkInstance } from 'chalk';
import type { RuleVerdict } from '../../../simulation/judge.js';
import type { SimulatedMoment } from '../../../simulation/tally.js';
import { humanDuration } from '../../../domain/human-duration.js';
import type { SimulationReport } from './report.js';
import { localTime } from '../../../schedules/index.js';

/** Renders whether each rule holds for the plan and the worst case, and the first instants that break it. */
export function renderRules({ plan, worst }: SimulationReport, paint: ChalkInstance): readonly string[] {
  return plan.verdicts.flatMap((verdict, index) => {
    const inWorst = worst?.verdicts[index];
    if (verdict.holds && inWorst?.holds === false) return renderRule(inWorst, ' in the worst case', paint);
    return renderRule(verdict, '', paint);
  });
}

function renderRule(verdict: RuleVerdict, where: string, paint: ChalkInstance): readonly string[] {
  const { rule, holds, breaches, first, sentence } = verdict;
  if (holds) return [`${paint.green('  ✓')} ${rule.text}`];
  const often = breaches > 0 ? `${breaches === 1 ? 'once' : `${breaches} times`}, first:` : `${sentence ?? ''}.`;
  const head = `${paint.red('  ✗')} ${rule.text}: does not hold${where}: ${often}`;
  return [head, ...first.map((moment) => `      ${momentInWords(moment)}`)];
}

function momentInWords({ kind, job, at, running, waited }: SimulatedMoment): string {
  const where = `${localTime(at, job.timezone)}  ${job.name}`;
  switch (kind) {
    case 'start':
      return `${where}  ${running} at once${waited === 0 ? '' : `, waited ${humanDuration(waited)}`}`;
    case 'waiting':
      return `${where}  still waits after ${humanDuration(waited)}`;
    case 'overlap':
      return `${where}  due during its own run`;
    case 'skipped':
    case 'missed':
      return `${where}  ${kind}`;
  }
}
