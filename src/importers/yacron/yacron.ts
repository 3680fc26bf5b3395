import { DifferenceList } from '../difference-list.js';
import type { ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { withoutShared } from '../shared-differences.js';
import { CRONSTABLE, YACRON, type Dialect } from './dialect.js';
import { readFiles } from './files.js';
import { readJob } from './job.js';
import { readTop } from './top.js';

/** The format of yacron. */
export const yacron: Importer = {
  name: 'yacron',
  summary: 'yacron YAML files',
  recognize: ({ text }) =>
    hasList(text, 'jobs|include') && /\b(?:schedule|include):/.test(text) ? 0.9 : COMMON.test(text) ? 0.5 : 0,
  read: (files, context) => read(files, context, YACRON),
};

/** The format of cronstable, the successor of yacron. */
export const cronstable: Importer = {
  name: 'cronstable',
  summary: 'cronstable YAML files',
  recognize: (file) => {
    const isNewer = yacron.recognize(file) > 0 && NEWER.test(file.text);
    return isNewer || (hasList(file.text, 'dags') && /^\s+tasks:/m.test(file.text)) ? 0.95 : 0;
  },
  read: (files, context) => read(files, context, CRONSTABLE),
};

/** A file that others include may have only defaults. */
const COMMON =
  /^defaults:[^]*^\s+(?:captureStderr|captureStdout|failsWhen|concurrencyPolicy|onFailure|onPermanentFailure):/m;

/** Whether one of the keys at the top is a list. The jobs of GitHub's workflows are a map. */
function hasList(text: string, keys: string): boolean {
  const top = new RegExp(`^(?:${keys}):(.*)$`);
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines.some((line, index) => {
    const [key, rest = ''] = top.exec(line) ?? [];
    return (
      key !== undefined &&
      /^\s*(?:-|\[)/.test(rest.trim() === '' || rest.trim().startsWith('#') ? (lines[index + 1] ?? '') : rest)
    );
  });
}

/** Keys that yacron does not know. */
const NEWER =
  /^(?:dags|cluster|state|mcp|push|notify):|^\s+(?:- )?(?:onMissed|onlyIfLastSucceeded|workingDirectory|sla|onLate|secrets|clusterPolicy|webhook|priority):/m;

function read(files: readonly SourceFile[], context: ImportContext, dialect: Dialect): Imported {
  const general = new DifferenceList();
  const { jobs, tops } = readFiles(files, context, general);
  const settings = readTop(tops, dialect, general);
  if (jobs.length === 0 && general.list().every(({ severity }) => severity !== 'error'))
    general.error({ file: files[0]?.path ?? '-', line: 1 }, 'No job was found. Jobs are a list below the key jobs.');
  const found = jobs.map((job) => readJob(job, { dialect, context }));
  const { shared, timers } = withoutShared(found.flatMap(({ timer }) => timer ?? []));
  return {
    settings: timers.length === 0 ? settings : { timezone: 'UTC', ...settings },
    timers,
    differences: [...general.list(), ...shared, ...found.flatMap(({ differences }) => differences)],
  };
}
