import type { Code } from './codes/index.js';
import { bugOf } from '../../domain/bug.js';
import { withoutLongParts } from '../../text/quoted.js';
import { ExpandedValues, type ExpandedValue } from './expanded-values.js';
import type { Source, TextSpan } from './source.js';

/** One message about a timer file. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case. */
  readonly code: Code;
  readonly message: string;
  /** How to fix it. */
  readonly hint?: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts UTF-16 units from 1. */
  readonly column: number;
  /** On the same line, exclusive; greater than `column`. Absent if no text is marked. */
  readonly endColumn?: number;
  /** The key's path, dotted: `timers.backup.cron`. Empty for the file as a whole. */
  readonly path: string;
  /** For an internal error: where it occurred in the program. */
  readonly stack?: string;
}

/** The path from the top of the file: keys of maps, and indexes of lists (from 0). */
export type Path = readonly (string | number)[];

/** A diagnostic before its position is converted to lines and columns. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  /** A function if the hint takes long to find. It is called only when the problem is reported. */
  readonly hint?: string | (() => string | undefined) | undefined;
  readonly at: TextSpan;
  readonly path?: Path;
  readonly stack?: string;
}

/** The maximum number of errors and warnings reported for one file. */
const MOST = 1_000;

/** Errors are tracked down to this depth: 1 is `timers`, 2 is a timer. */
const DEEPEST_WRONG = 2;

/** Collects the problems of one file. Reports the same thing at the same place (an alias, a default) only once. */
export class Problems {
  readonly #source: Source;
  readonly #found = new Map<string, Diagnostic>();
  readonly #told = { error: 0, warning: 0 };
  readonly #expanded = new ExpandedValues();
  /** Keys with an error at or below them, by the path of their map; '' is the map itself. */
  readonly #wrong = new Map<string, Set<string>>();

  constructor(source: Source) {
    this.#source = source;
  }

  get source(): Source {
    return this.#source;
  }

  get hasErrors(): boolean {
    return this.#told.error > 0;
  }

  /**
   * Whether an error has already been reported, or the limit is reached. One problem beyond the limit is kept, to show
   * that there are more.
   */
  isTold(code: Code, at: TextSpan): boolean {
    return this.#told.error > MOST || this.#found.has(idOf(code, at));
  }

  /** Hides these values in all later messages. `at` is their position in the file. */
  hide(at: TextSpan, values: readonly ExpandedValue[]): void {
    this.#expanded.add(at, values);
  }

  error(problem: Problem): void {
    this.#noteWrong(problem.path ?? []);
    this.#add('error', problem);
  }

  /**
   * Returns the keys of a map, down to those of a timer, with an error at or below them; '' for an error at the map
   * itself.
   */
  wrongKeys(path: readonly string[]): readonly string[] {
    return [...(this.#wrong.get(path.join('\0')) ?? [])];
  }

  #noteWrong(path: Path): void {
    for (let depth = 0; depth <= Math.min(path.length, DEEPEST_WRONG); depth++) {
      const map = path.slice(0, depth).join('\0');
      const keys = this.#wrong.get(map) ?? new Set();
      this.#wrong.set(map, keys.add(String(path[depth] ?? '')));
    }
  }

  warn(problem: Problem): void {
    this.#add('warning', problem);
  }

  /**
   * Returns the problems in the order of the file. If the limit is reached, a final problem says that there are more.
   */
  list(): readonly Diagnostic[] {
    const counted = { error: 0, warning: 0 };
    const told = [...this.#found.values()]
      .filter(({ severity }) => counted[severity]++ < MOST)
      .sort((a, b) => a.line - b.line || a.column - b.column);
    const last = told.at(-1);
    return last && this.#found.size > told.length ? [...told, this.#more(last)] : told;
  }

  #more({ line, column }: Diagnostic): Diagnostic {
    const message = `Only the first ${MOST.toLocaleString('en')} problems are shown.`;
    return {
      severity: this.#told.error > MOST ? 'error' : 'warning',
      code: 'too-many-problems',
      message,
      line,
      column,
      path: '',
    };
  }

  #add(severity: Diagnostic['severity'], problem: Problem): void {
    const id = idOf(problem.code, problem.at);
    if (this.#told[severity] > MOST || this.#found.has(id)) return;
    this.#told[severity]++;
    this.#found.set(id, this.#masked(toDiagnostic(severity, problem, this.#source), problem.at));
  }

  #masked(diagnostic: Diagnostic, at: TextSpan): Diagnostic {
    const { message, hint } = diagnostic;
    // Masked first: the rest of a truncated secret would not be found.
    const mask = (words: string) => withoutLongParts(this.#expanded.mask(words, at));
    return { ...diagnostic, message: mask(message), ...(hint !== undefined && { hint: mask(hint) }) };
  }
}

const idOf = (code: Code, at: TextSpan): string => `${at.start}:${code}`;

function toDiagnostic(severity: Diagnostic['severity'], problem: Problem, source: Source): Diagnostic {
  const { line, column } = source.position(problem.at.start);
  const lastColumn = source.line(line).length + 1;
  const endColumn = Math.min(column + problem.at.end - problem.at.start, lastColumn);
  const hint = typeof problem.hint === 'function' ? problem.hint() : problem.hint;
  return {
    severity,
    code: problem.code,
    message: problem.message,
    ...(hint !== undefined && { hint }),
    line,
    column,
    ...(endColumn > column && { endColumn }),
    path: (problem.path ?? []).map((part) => withoutLongParts(String(part))).join('.'),
    ...(problem.stack !== undefined && { stack: problem.stack }),
  };
}

/** Returns the error for `subject`, which could not be read because of a bug in the program. */
export function internalError(
  subject: string,
  thrown: unknown,
): Omit<Problem, 'at' | 'hint'> & { readonly hint: string } {
  const { error, ...stack } = bugOf(thrown);
  const message = `${subject} can't be read because of a bug in timers: ${error}`;
  return {
    code: 'internal-error',
    message,
    hint: 'Please report it, with the output of timers validate --json.',
    ...stack,
  };
}

/** Returns the error for a bug without a known position that prevented reading a file. */
export function aboutBug(thrown: unknown): Diagnostic {
  const { code, message, hint, stack } = internalError('The file', thrown);
  return { ...aboutFile(code, message, hint), ...(stack !== undefined && { stack }) };
}

/** Returns an error about a file whose text could not be read. */
export const aboutFile = (code: Code, message: string, hint?: string): Diagnostic => ({
  severity: 'error',
  code,
  message,
  ...(hint !== undefined && { hint }),
  line: 1,
  column: 1,
  path: '',
});
