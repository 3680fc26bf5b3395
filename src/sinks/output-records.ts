import type { RunOutput } from '../domain/events/index.js';
import type { OutputStream } from '../domain/executor.js';
import type { Firing } from '../domain/firing.js';
import { jsonText, visibleJson } from '../text/visible.js';
import { fitRecord, fitRecords } from './record-limit.js';
import type { RecordNames } from './record-names.js';

/** The constant parts of all records of one stream of a run: up to the timestamp, and from there to the line. */
interface Constant {
  readonly runId: string;
  readonly head: string;
  readonly middle: string;
}

const END = '"}\n';

/** Text that JSON contains without escapes. */
const PLAIN = /^[\n !#-[\]-~]*$/;
const LINE = /([^\n]*)\n/g;
/** Replaces newlines while JSON is written: unlike newlines, JSON does not escape it. */
const DELETE = '\x7f';

/**
 * Writes the records of output. Their constant part is created once for each stream of a run, so a line costs an escape
 * and a copy.
 */
export class OutputRecords {
  readonly #recordOf: (event: RunOutput) => string;
  readonly #constants: Readonly<Record<OutputStream, WeakMap<Firing, Constant>>> = {
    stdout: new WeakMap(),
    stderr: new WeakMap(),
  };

  readonly #names: RecordNames;
  readonly #beforeTimestamp: string;
  /** The part between the line and its repetition in the message; `undefined` if the record contains the line once. */
  readonly #between: string | undefined;

  /** `recordOf` writes a record of one line in full. */
  constructor(recordOf: (event: RunOutput) => string, names: RecordNames) {
    this.#recordOf = recordOf;
    this.#names = names;
    this.#beforeTimestamp = `"${names.timestamp}":"`;
    this.#between = names.line === undefined ? undefined : `","${names.message}":"`;
  }

  /** Returns the records of a block, one per line, none over the limit. The timestamp is that of the event. */
  of(event: RunOutput, timestamp: string): string {
    // A single line is written in full, because a constant part is not worthwhile, and only a single line has further
    // fields.
    if (!event.lines.includes('\n')) return fitRecord(this.#recordOf(event), this.#names);
    const { head, middle } = this.#constantOf(event, timestamp);
    const before = `${head}${timestamp}${middle}`.replaceAll('$', '$$$$');
    const again = this.#between === undefined ? '' : `${this.#between}$1`;
    const records = `${escapedLines(event.lines)}\n`.replaceAll(LINE, `${before}$1${again}${END}`);
    return fitRecords(records, this.#names);
  }

  #constantOf(event: RunOutput, timestamp: string): Constant {
    const constants = this.#constants[event.stream];
    const known = constants.get(event.firing);
    if (known?.runId === event.runId) return known;
    const record = this.#recordOf({ ...event, lines: '' });
    const timestampAt = record.indexOf(this.#beforeTimestamp) + this.#beforeTimestamp.length;
    const constant = {
      runId: event.runId,
      head: record.slice(0, timestampAt),
      middle: record.slice(timestampAt + timestamp.length, -`${this.#between ?? ''}${END}`.length),
    };
    constants.set(event.firing, constant);
    return constant;
  }
}

/** Escapes each line, for the inside of a JSON string. */
function escapedLines(lines: string): string {
  if (PLAIN.test(lines)) return lines;
  if (lines.includes(DELETE))
    return lines
      .split('\n')
      .map((line) => insideOf(jsonText(line)))
      .join('\n');
  return visibleJson(insideOf(JSON.stringify(lines.replaceAll('\n', DELETE))).replaceAll(DELETE, '\n'));
}

const insideOf = (json: string): string => json.slice(1, -1);
