import { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import { joined } from '../joined.js';
import { withoutJsonComments } from '../json-comments.js';
import type { ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { withoutShared } from '../shared-differences.js';
import { yamlDocuments } from '../yaml-documents.js';
import { hasSchedule, readNodeCronJob } from './job.js';

/** Lists of jobs in JSON, as programs with node-cron keep them: each object has an expression and a command. */
export const nodeCron: Importer = {
  name: 'node-cron',
  summary: 'JSON lists of expressions and commands, as for node-cron',
  recognize: ({ text }) => (/^\s*(?:\/[/*]|[[{])/.test(text) && JOB.test(text) ? 0.6 : 0),
  read: (files, context) => joined(files.map((file) => readFile(file, context))),
};

/** An expression of at least five fields, or a nickname. */
const JOB =
  /["']?\b(?:schedule|cron|cronTime|cronExpression|expression|pattern|cronPattern)["']?\s*:\s*["'](?:@\w+|\S+(?:\s+\S+){4,5})\s*["']/;

function readFile(file: SourceFile, context: ImportContext): Imported {
  const general = new DifferenceList();
  const documents = yamlDocuments({ ...file, text: withoutJsonComments(file.text) }, general);
  const jobs = documents.flatMap(jobsIn);
  if (jobs.length === 0) {
    const message = 'No list of jobs was found. Each job is an object with a cron expression and a command.';
    general.error({ file: file.path, line: 1 }, message);
  }
  const read = jobs.map((job, index) => readNodeCronJob(job, index, context));
  const { shared, timers } = withoutShared(read.flatMap(({ timer }) => timer ?? []));
  return {
    settings: timers.length === 0 ? {} : { timezone: context.timezone },
    timers,
    differences: [...general.list(), ...shared, ...read.flatMap(({ differences }) => differences)],
  };
}

/** Returns the objects of a list, those of the lists in an object, or one object. */
function jobsIn(document: ConstructorParameters<typeof Fields>[0]): readonly Fields[] {
  if (document.kind === 'list')
    return document.items.filter(({ kind }) => kind === 'map').map((item) => new Fields(item));
  const top = new Fields(document);
  if (hasSchedule(top)) return [top];
  return top.keys.flatMap((key) => top.maps(key)).filter((job) => hasSchedule(job));
}
