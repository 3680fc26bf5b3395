import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createSystemClock } from '../../../clocks/system.js';
import type { Job } from '../../../domain/job.js';
import { exporterKinds } from '../../../exporters/index.js';
import type { ExportDifference, ExportedFile, Exporter } from '../../../exporters/kind.js';
import { systemReason } from '../../../system/system-reason.js';
import { thisMachine } from '../../../this-machine.js';
import { UsageError, type ExitCode } from '../../command.js';
import { jobNamed, loadOrTell } from '../../load.js';
import type { FileOption, JsonOption } from '../../options.js';
import type { Terminal } from '../../terminal.js';
import { clockDifferences } from './clock-differences.js';
import { exportRecord, printDifferences } from './differences.js';

export interface ExportOptions extends FileOption, JsonOption {
  readonly output?: string;
  readonly image?: string;
}

interface ExportRequest extends ExportOptions {
  readonly format: string;
  readonly names: readonly string[];
}

/** Writes the named timers, or all, in another format. Returns the exit code. */
export async function exportTimers(
  terminal: Terminal,
  { format, names, file, output, image, json }: ExportRequest,
): Promise<ExitCode> {
  const exporter = exporterNamed(format);
  const now = createSystemClock().now();
  const timerFile = await loadOrTell(terminal, { now, ...(file !== undefined && { file }) });
  if (timerFile === undefined) return 1;
  const jobs: readonly Job[] =
    names.length === 0 ? timerFile.jobs : [...new Set(names)].map((name) => jobNamed(timerFile, name));
  const context = { now, timezone: thisMachine(now).timezone, ...(image !== undefined && { image }) };
  const { files, differences } = exporter.write(jobs, context);
  const all: readonly ExportDifference[] = [...differences, ...clockDifferences(jobs, exporter, context)];
  const isPrinted = json === true && output === undefined;
  const isWritten = isPrinted || hand(terminal, files, output);
  if (json === true) terminal.out(exportRecord(files, all));
  else printDifferences(terminal, all);
  return isWritten && all.every(({ severity }) => severity !== 'error') ? 0 : 1;
}

function exporterNamed(format: string): Exporter {
  const names = exporterKinds.map(({ name }) => name);
  const exporter = exporterKinds.find(({ name }) => name === format);
  if (exporter === undefined)
    throw new UsageError(`unknown format ${JSON.stringify(format)}. Use one of ${names.join(', ')}.`);
  return exporter;
}

/** Prints the files, or writes those that do not exist yet. Returns whether all files were written. */
function hand(terminal: Terminal, files: readonly ExportedFile[], output: string | undefined): boolean {
  if (output === undefined) {
    const isOne = files.length === 1;
    for (const { name, text } of files)
      terminal.out(...(isOne ? [] : [`# ${name}`]), ...text.replace(/\n$/, '').split('\n'), ...(isOne ? [] : ['']));
    return true;
  }
  const [only, ...others] = files;
  const isFile = only !== undefined && others.length === 0;
  const folder = resolve(terminal.cwd, isFile ? dirname(output) : output);
  return files
    .map(({ name, text }) => writeNew(terminal, join(folder, isFile ? basename(output) : name), text))
    .every(Boolean);
}

function writeNew(terminal: Terminal, path: string, text: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const words = exists ? 'already exists and was not changed.' : `cannot be written: ${systemReason(error)}.`;
    terminal.err(`timers: ${path} ${words}`);
    return false;
  }
}
