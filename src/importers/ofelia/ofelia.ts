import { DifferenceList } from '../difference-list.js';
import type { ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { joined } from '../joined.js';
import { withoutShared } from '../shared-differences.js';
import { readIni } from './ini.js';
import { readOfeliaJob, tellUnknown } from './job.js';
import { readLabels } from './labels.js';

/** Ofelia's INI files, and compose files with its labels. */
export const ofelia: Importer = {
  name: 'ofelia',
  summary: 'Ofelia INI files, and Ofelia labels in compose files',
  recognize: ({ text }) => (JOB.test(text) ? 0.95 : 0),
  read: (files, context) => joined(files.map((file) => readFile(file, context))),
};

/** A section or a label of a job. */
const JOB = /^\s*\[job-(?:exec|run|local|service-run)\s*"|\bofelia\.job-(?:exec|run|local|service-run)\./im;

const NO_JOB =
  'No job was found. A job is a section such as [job-exec "backup"], or a label such as ofelia.job-exec.backup.';

function readFile(file: SourceFile, context: ImportContext): Imported {
  const general = new DifferenceList();
  const isIni = /^\s*\[(?:job-|global)/im.test(file.text);
  const { entries, timezone } = isIni ? readIni(file, general) : readLabels(file, general);
  const zone = timezone ?? (isIni ? context.timezone : 'UTC');
  if (timezone === undefined) {
    const message = `Ofelia uses the zone of its container or machine. Here that is ${zone}.`;
    general.warning(
      { file: file.path, line: 1 },
      message,
      'If Ofelia used another one, change timezone in the timer file.',
    );
  }
  const hasJob = entries.some(({ type }) => type !== 'global');
  if (!hasJob && general.list().every(({ severity }) => severity !== 'error'))
    general.error({ file: file.path, line: 1 }, NO_JOB);
  const globals = entries.filter(({ type }) => type === 'global');
  for (const one of globals) tellUnknown(one, general);
  const read = entries
    .filter(({ type }) => type !== 'global')
    .map((entry) => readOfeliaJob(entry, globals, { zone, now: context.now }));
  const { shared, timers } = withoutShared(read.flatMap(({ timer }) => timer ?? []));
  return {
    settings: { timezone: zone },
    timers,
    differences: [...general.list(), ...shared, ...read.flatMap(({ differences }) => differences)],
  };
}
