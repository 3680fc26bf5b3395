import type { Job } from '../../../domain/job.js';
import { DAY, type Instant } from '../../../domain/time.js';
import { nextInWindow } from '../../../engine/plan-due.js';
import type { ExportContext, ExportDifference, Exporter } from '../../../exporters/kind.js';
import { importerKinds } from '../../../importers/index.js';
import { unionOf } from '../../../importers/union.js';
import { localTime } from '../../../schedules/index.js';
import { firstDifference } from '../../first-difference.js';

/** How far ahead schedules are compared. */
const COMPARED = 5 * 365 * DAY;

/**
 * Compares when each timer fires here and by the rules of another format, if that format can be imported. Imports the
 * exported files to do so. Returns a warning with the first instant that differs.
 */
export function clockDifferences(
  jobs: readonly Job[],
  exporter: Exporter,
  context: ExportContext,
): readonly ExportDifference[] {
  const importer = importerKinds.find(({ name }) => name === exporter.name);
  if (importer === undefined) return [];
  return jobs.flatMap((job): readonly ExportDifference[] => {
    const files = exporter.write([job], context).files.map(({ name, text }) => ({ path: name, text }));
    const { timers } = importer.read(files, { ...context, readBeside: () => undefined });
    const originals = timers.flatMap(({ original }) => original ?? []);
    if (originals.length === 0) return [];
    const there = unionOf(originals);
    const here = { next: (after: Instant) => nextInWindow(job, after) };
    const span = { from: context.now, until: context.now + COMPARED };
    const first = firstDifference({ here, there, span, timezones: [job.timezone] });
    if (first === undefined) return [];
    const starter = first.due === 'here' ? 'timers' : exporter.name;
    const message = `First difference: only ${starter} starts it at ${localTime(first.at, job.timezone)}.`;
    return [{ timer: job.name, severity: 'warning', message }];
  });
}
