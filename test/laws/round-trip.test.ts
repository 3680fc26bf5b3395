import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clockDifferences } from '../../src/cli/commands/export/clock-differences.js';
import { parseTimerFile } from '../../src/config/index.js';
import type { Job } from '../../src/domain/job.js';
import { exporterKinds } from '../../src/exporters/index.js';
import type { Exporter } from '../../src/exporters/kind.js';
import { quotedValue } from '../../src/exporters/crontab/variables.js';
import { importerKinds } from '../../src/importers/index.js';
import { firings, imported, machineIn, START } from '../importers/imported.js';
import { samplesOf } from '../importers/samples.js';
import { ROOT } from '../support/program.js';

/** Timers from another format: `import` reads the first file, and `jobs` are those of the result. */
interface Source {
  readonly path: string;
  /** The format that they were imported from. */
  readonly format?: string;
  readonly jobs: () => readonly Job[];
}

const importerOf = (name: string) => importerKinds.find((one) => one.name === name)!;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();

const CRONTABS = 'test/importers/crontabs';
const PAIRS = 'test/importers/systemd/pairs.txt';

const crontabs = filesBelow(CRONTABS).map((path): Source => {
  const place = path.slice(CRONTABS.length);
  return { path, format: 'crontab', jobs: () => imported(importerOf('crontab'), read(path), { path: place }).jobs };
});

const samples = ['kubernetes', 'yacron', 'ofelia'].flatMap((folder) => {
  const files = samplesOf(folder);
  const beside = Object.fromEntries(files.map(({ path, text }) => [path, text]));
  return files.map(({ path, text }): Source => {
    const format = path === 'cronstable.yaml' ? 'cronstable' : folder;
    return { path, format, jobs: () => imported(importerOf(format), text, { path, beside }).jobs };
  });
});

const examples = filesBelow('examples')
  .filter((path) => path.endsWith('.yaml'))
  .map((path): Source => ({
    path,
    jobs() {
      const file = { path: `/${path}`, folder: '/', text: read(path) };
      return parseTimerFile(file, machineIn('UTC')).timerFile!.jobs;
    },
  }));

const pairs: Source = {
  path: PAIRS,
  format: 'systemd',
  jobs: () => imported(importerOf('systemd'), read(PAIRS), { path: '-' }).jobs,
};

/** What a timer does besides when it fires, and what its definition need not say. */
function actionsOf(job: Job, format: string): Readonly<Record<string, unknown>> {
  const { command, timeout, enabled, runAtStart, definition, tags } = job;
  const { run, shell, cwd, env, successCodes, killAfter } = command;
  const overlap = definition['overlap'] === '"skip"' ? undefined : definition['overlap'];
  const others = ['catch_up', 'deadline', 'retry', 'jitter', 'user', 'env_file', 'group', 'notify', 'ignore'];
  const description = format === 'crontab' ? job.description : job.description?.trim();
  return {
    ...Object.fromEntries(others.map((key) => [key, definition[key] === 'false' ? undefined : definition[key]])),
    run: typeof run === 'string' || format !== 'crontab' ? run : run.map(quotedValue).join(' '),
    ...{ ...(typeof run === 'string' && { shell }), cwd, env, success_codes: successCodes, timeout, enabled },
    ...{ kill_after: killAfter, run_at_start: runAtStart, tags: tags.toSorted(), overlap, description },
  };
}

/** What a message of the report explains, besides the keys that it names. */
const EXPLAINED: Readonly<Record<string, RegExp>> = {
  catch_up: /startingDeadlineSeconds|Persistent/,
  deadline: /startingDeadlineSeconds/,
  overlap: /Forbid/,
  retry: /retries|attempt/,
  enabled: /disabled/,
  // Without the user, the home directory is another folder.
  cwd: /^user is left out/,
};

/** Keys that every line of a crontab has in its command: the folder, variables of its own, the shell and the limit. */
const IN_THE_LINE = ['run', 'shell', 'cwd', 'env', 'timeout', 'kill_after'];

const CONTEXT = { now: START, timezone: 'UTC', image: 'shop:1' };

function tripOf(jobs: readonly Job[], exporter: Exporter) {
  const { files, differences } = exporter.write(jobs, CONTEXT);
  const [only, ...others] = files;
  if (only === undefined) return { text: '', differences, back: [] };
  const text = others.length === 0 ? only.text : files.map((file) => `# ${file.name}\n${file.text}\n`).join('');
  const { jobs: back } = imported(importerOf(exporter.name), text, { path: others.length === 0 ? only.name : '-' });
  return { text, differences, back };
}

describe.each(['crontab', 'systemd', 'kubernetes'])('%s', (format) => {
  test.each([...crontabs, ...samples, pairs, ...examples].map((source) => [source.path, source] as const))(
    'restores the timers of %s, except for reported differences',
    (_path, source) => {
      const jobs = source.jobs();
      const exporter = exporterKinds.find(({ name }) => name === format)!;
      const { text, back, ...trip } = tripOf(jobs, exporter);
      const differences = [...trip.differences, ...clockDifferences(jobs, exporter, CONTEXT)];
      const messages = (timer: string) => differences.filter((one) => one.timer === timer);
      const isLeftOut = ({ name, enabled }: Job): boolean =>
        messages(name).some(({ severity }) => severity === 'error') || (format === 'crontab' && !enabled);
      const kept = jobs.filter((job) => !isLeftOut(job));
      expect(back.map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
      for (const [index, job] of kept.entries()) {
        const told = messages(job.name).map(({ message }) => message);
        const [before, after] = [job, back[index]!].map((one) => actionsOf(one, format));
        const isTold = (key: string): boolean =>
          told.some((message) => message.includes(key) || EXPLAINED[key]?.test(message)) ||
          (format === 'crontab' && source.format !== 'crontab' && IN_THE_LINE.includes(key));
        for (const key of Object.keys(before!).filter((one) => !isTold(one)))
          expect({ timer: job.name, key, value: after![key] }).toEqual({ timer: job.name, key, value: before![key] });
        const isOther = told.some((message) =>
          /First difference|@every|drift|not_before|max_runs|@reboot/.test(message),
        );
        if (!isOther && !job.schedule.fromEnd) expect(firings(back[index]!, 20)).toEqual(firings(job, 20));
      }
      const again = tripOf(back, exporter);
      if (source.format === format) expect(again.text).toBe(text);
      else if (again.text !== text) expect(tripOf(again.back, exporter).text).toBe(again.text);
    },
  );
});
