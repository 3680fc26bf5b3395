import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSystemClock } from '../../../clocks/system.js';
import { MAX_FILE_SIZE } from '../../../config/index.js';
import { contentLines } from '../../../importers/content-lines.js';
import { importerKinds } from '../../../importers/index.js';
import type { Imported, ImportContext, Importer, SourceFile } from '../../../importers/kind.js';
import { systemReason } from '../../../system/system-reason.js';
import { thisMachine } from '../../../this-machine.js';
import { UsageError, type ExitCode } from '../../command.js';
import { beganOnTerminal } from '../../exit-process.js';
import type { JsonOption } from '../../options.js';
import type { Terminal } from '../../terminal.js';
import { convert, type Conversion } from './convert.js';
import { readNeighbor, readSources } from './read-sources.js';
import { printReport, reportRecord } from './report.js';
import { withoutTemplates } from './templates.js';

export interface ImportOptions extends JsonOption {
  readonly output?: string;
}

/** Reads files of other schedulers, and prints or writes one timer file. Returns the exit code. */
export async function importSchedules(
  terminal: Terminal,
  words: readonly string[],
  { output, json }: ImportOptions,
): Promise<ExitCode> {
  const named = importerKinds.find(({ name }) => name === words[0]);
  const paths = pathsOf(named ? words.slice(1) : words);
  const { cwd } = terminal;
  const sources = readSources(paths, cwd, paths.includes('-') ? await standardInput() : undefined);
  const whole = withoutTemplates(sources.files);
  const { byFormat, unknown } = grouped(whole.files, named);
  const faults = [...sources.faults.map((one) => withFormats(one, words)), ...unknown.map(unrecognized)];
  for (const fault of faults) terminal.err(`timers: ${fault}`);
  const machine = thisMachine(createSystemClock().now());
  /** The files next to the sources that were read, by path. Several timers may share a service. */
  const beside = new Map<string, Imported>();
  const context: ImportContext = {
    timezone: machine.timezone,
    now: machine.start,
    readBeside(from, file) {
      const neighbor = readNeighbor(from, file, cwd);
      if (neighbor === undefined) return undefined;
      const { files, read } = withoutTemplates([neighbor]);
      beside.set(neighbor.path, read);
      return files[0];
    },
  };
  const read = [...byFormat].map(([importer, files]): Imported => importer.read(files, context));
  const folder = output === undefined ? cwd : dirname(resolve(cwd, output));
  const conversion = convert([whole.read, ...beside.values(), ...read], { machine, folder });
  const isWritten = hand(terminal, conversion, { output, asJson: json === true });
  const isWhole = faults.length === 0 && !conversion.differences.some(({ severity }) => severity === 'error');
  return isWritten && isWhole ? 0 : 1;
}

function pathsOf(files: readonly string[]): readonly string[] {
  if (files.length > 0) return files;
  if (beganOnTerminal) throw new UsageError('pass a file to import, or - for standard input');
  return ['-'];
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    if ((size += (chunk as Buffer).length) > MAX_FILE_SIZE) break;
  }
  return Buffer.concat(chunks);
}

interface Grouped {
  readonly byFormat: ReadonlyMap<Importer, readonly SourceFile[]>;
  readonly unknown: readonly SourceFile[];
}

/** Groups files by format, because files of one format are read together. */
function grouped(files: readonly SourceFile[], named: Importer | undefined): Grouped {
  const byFormat = new Map<Importer, SourceFile[]>();
  const unknown: SourceFile[] = [];
  for (const file of files) {
    const importer = named ?? recognizedBy(file);
    if (importer === undefined) unknown.push(file);
    else byFormat.set(importer, [...(byFormat.get(importer) ?? []), file]);
  }
  return { byFormat, unknown };
}

function recognizedBy(file: SourceFile): Importer | undefined {
  let best: { readonly importer?: Importer; readonly sure: number } = { sure: 0 };
  for (const importer of importerKinds) {
    const sure = importer.recognize(file);
    if (sure > best.sure) best = { importer, sure };
  }
  return best.importer;
}

const FORMATS = importerKinds.map(({ name }) => name).join(', ');

function unrecognized({ path, text }: SourceFile): string {
  const name = path === '-' ? 'standard input' : path;
  if (text.trim() === '') return `${name} is empty.`;
  if (contentLines(text).length === 0) return `${name} has only comments.`;
  return `${name} has no known format. Put the format before the files: ${FORMATS}.`;
}

/** Adds the list of formats if the first word names no file, because it may be meant as a format. */
function withFormats(fault: string, [first = '', ...others]: readonly string[]): string {
  const isWord = others.length > 0 && /^[A-Za-z][\w-]*$/.test(first) && fault.startsWith(`${first} cannot be read`);
  return isWord ? `${fault} It is not a format either. The formats are ${FORMATS}.` : fault;
}

/** Prints or writes the timer file, and reports the differences. Returns whether a file was printed or written. */
function hand(
  terminal: Terminal,
  conversion: Conversion,
  { output, asJson }: { readonly output: string | undefined; readonly asJson: boolean },
): boolean {
  const isWritten =
    conversion.names.length > 0 && (output === undefined || writeNew(terminal, output, conversion.text));
  if (asJson) terminal.out(reportRecord(conversion, isWritten ? output : undefined));
  else if (isWritten && output === undefined) terminal.out(...conversion.text.trimEnd().split('\n'));
  if (!asJson) printReport(terminal, conversion, isWritten ? output : undefined);
  return isWritten;
}

/** Writes a file that does not exist yet. */
function writeNew(terminal: Terminal, output: string, text: string): boolean {
  try {
    writeFileSync(resolve(terminal.cwd, output), text, { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const words =
      code === 'EEXIST'
        ? 'already exists and was not changed. Choose another file.'
        : `cannot be written: ${code === 'ENOENT' ? 'its folder does not exist' : systemReason(error)}.`;
    terminal.err(`timers: ${output} ${words}`);
    return false;
  }
}
